package dev.fairlead.config.text;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A SHA-256 of a tree's content, whatever its layout. Each value is hashed with its kind, each text
 * with its length, maps in the order of their keys: <code>{b: 1, a: x}</code> is hashed as {@code
 * M2 1:a TEXT1:x 1:b INTEGER1:1}. A change of this form makes every file look changed after an
 * upgrade.
 */
record TreeDigest(MessageDigest sha256) {
  /** Longer ones, which no key accepts, are hashed as written: to parse them is quadratic. */
  private static final int MAX_DECIMAL_CHARS = 100;

  static String of(Tree tree) {
    try {
      TreeDigest digest = new TreeDigest(MessageDigest.getInstance("SHA-256"));
      digest.add(tree);
      return HexFormat.of().formatHex(digest.sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void add(Tree tree) {
    if (tree instanceof Tree.Mapping map) {
      mark("M" + map.entries().size() + " ");
      for (Map.Entry<String, Tree.KeyValue> entry : new TreeMap<>(map.entries()).entrySet()) {
        text(entry.getKey());
        add(entry.getValue().value());
      }
    } else if (tree instanceof Tree.Sequence list) {
      mark("L" + list.items().size() + " ");
      list.items().forEach(this::add);
    } else if (tree instanceof Tree.Scalar scalar) {
      mark(scalar.kind().name());
      text(value(scalar));
    }
  }

  private void text(String text) {
    mark(text.length() + ":");
    mark(text);
  }

  /** Two bytes for each character, so that no encoding alters a text. */
  private void mark(String text) {
    ByteBuffer bytes = ByteBuffer.allocate(Character.BYTES * text.length());
    bytes.asCharBuffer().put(text);
    sha256.update(bytes);
  }

  /** The same text for each way to write one value. */
  private static String value(Tree.Scalar scalar) {
    return switch (scalar.kind()) {
      case INTEGER -> scalar.asInteger().map(BigInteger::toString).orElse(scalar.text());
      case DECIMAL -> decimal(scalar.text());
      case BOOLEAN -> scalar.text().toLowerCase(Locale.ROOT);
      case NULL -> "";
      case TEXT, OTHER, FREE -> scalar.text();
    };
  }

  private static String decimal(String text) {
    if (text.length() > MAX_DECIMAL_CHARS) {
      return text;
    }
    try {
      return new BigDecimal(text).stripTrailingZeros().toString();
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
