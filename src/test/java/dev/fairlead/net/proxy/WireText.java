package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes as the tables of these tests write them: hex digits, text in quotes with {@code \r} and
 * {@code \n}, {@code SIG} for the signature of version 2, and any of them repeated, as in {@code
 * 00*216}.
 */
final class WireText {
  private static final Pattern PART =
      Pattern.compile("\\s*(?:\"([^\"]*)\"|(SIG)|([0-9A-Fa-f]+))(?:\\*(\\d+))?");

  private WireText() {}

  static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher part = PART.matcher(text);
    int at = 0;
    while (part.find(at) && part.start() == at) {
      int times = part.group(4) == null ? 1 : Integer.parseInt(part.group(4));
      for (int i = 0; i < times; i++) {
        bytes.writeBytes(once(part));
      }
      at = part.end();
    }
    if (!text.substring(at).isBlank()) {
      throw new IllegalArgumentException(text);
    }
    return bytes.toByteArray();
  }

  /** The lines of a file in {@code proxy/}, without comments and blank lines. */
  static List<String> lines(String resource) {
    try (InputStream file = WireText.class.getResourceAsStream("/proxy/" + resource)) {
      return new String(Objects.requireNonNull(file).readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] once(Matcher part) {
    if (part.group(1) != null) {
      return part.group(1).replace("\\r", "\r").replace("\\n", "\n").getBytes(ISO_8859_1);
    }
    return part.group(2) != null ? BinaryHeader.SIGNATURE : HexFormat.of().parseHex(part.group(3));
  }
}
