package dev.fairlead.cluster.signing;

import dev.fairlead.config.Revision;
import io.vertx.core.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The key with which the members of a cluster sign commands and configurations: signs with the
 * first line of its file, and verifies with up to two, so that it can be changed member by member.
 * HMAC-SHA256 in hexadecimal digits; a key is the UTF-8 bytes of its line. Immutable; any thread
 * but an event loop, because a document may have megabytes. Never shown.
 */
public final class Secret {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAX_LINES = 2;
  private static final int MIN_CHARS = 16;

  private final List<SecretKeySpec> keys;

  private Secret(List<String> lines) {
    keys =
        lines.stream()
            .map(line -> new SecretKeySpec(line.getBytes(StandardCharsets.UTF_8), ALGORITHM))
            .toList();
  }

  /** The secret in {@code file}; blocks; throws IllegalStateException if it is unusable. */
  public static Secret read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file).stream().map(String::strip).toList();
    } catch (IOException e) {
      throw unusable(file, e.toString(), e);
    }
    if (lines.isEmpty()) {
      throw unusable(file, "it is empty", null);
    }
    if (lines.size() > MAX_LINES) {
      throw unusable(file, "it has " + lines.size() + " lines", null);
    }
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).length() < MIN_CHARS) {
        throw unusable(file, "line " + (i + 1) + " is shorter than 16 characters", null);
      }
    }
    return new Secret(lines);
  }

  private static IllegalStateException unusable(
      Path file, String why, @Nullable IOException cause) {
    String expected = " (expected: one or two lines of at least 16 characters, but: ";
    return new IllegalStateException("cluster.secretFile: " + file + expected + why + ")", cause);
  }

  /** The keys themselves, the signing one first; to derive other keys from, and never to show. */
  public List<byte[]> bytes() {
    return keys.stream().map(SecretKeySpec::getEncoded).toList();
  }

  String sign(String text) {
    return HexFormat.of().formatHex(mac(keys.get(0), text));
  }

  /** Whether one of the lines signed {@code text}; takes as long whichever it is, or none. */
  public boolean verifies(String text, String mac) {
    byte[] given = mac.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    boolean verified = false;
    for (SecretKeySpec key : keys) {
      String right = HexFormat.of().formatHex(mac(key, text));
      verified |= MessageDigest.isEqual(right.getBytes(StandardCharsets.UTF_8), given);
    }
    return verified;
  }

  /** The signature of a stored revision; it does not expire. */
  public String mac(Revision revision) {
    return sign(signedText(revision));
  }

  /** Whether {@code mac} is the signature of exactly this revision. */
  public boolean verifies(Revision revision, String mac) {
    return verifies(signedText(revision), mac);
  }

  private static String signedText(Revision revision) {
    return String.join(
        "\n",
        Long.toString(revision.revision()),
        revision.id(),
        revision.parent(),
        revision.format().label(),
        revision.text());
  }

  private static byte[] mac(SecretKeySpec key, String text) {
    assert !Context.isOnEventLoopThread() : "computes the HMAC of a whole document";
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "Secret[not shown]";
  }
}
