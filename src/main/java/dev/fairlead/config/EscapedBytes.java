package dev.fairlead.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes as a configuration writes them: text in UTF-8, in which {@code \r \n \t \0 \\} and two hex
 * digits after {@code \x} stand for single bytes. {@code PING\r\n} -> 6 bytes, whether or not the
 * file's own format already turned the escapes into characters.
 */
public record EscapedBytes(String text) {
  public static final String EXPECTED =
      "a text, with \\r \\n \\t \\0 \\\\ or \\xHH for single bytes";

  private static final Pattern PART =
      Pattern.compile("\\\\(?:x(?<hex>[0-9a-fA-F]{2})|(?<letter>[rnt0\\\\]))|(?<plain>[^\\\\]+)");

  /** Empty when a backslash begins an unknown escape. */
  public static Optional<EscapedBytes> parse(String text) {
    Matcher parts = PART.matcher(text);
    int end = 0;
    while (parts.find() && parts.start() == end) {
      end = parts.end();
    }
    return end == text.length() ? Optional.of(new EscapedBytes(text)) : Optional.empty();
  }

  /** A new array at each call. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher parts = PART.matcher(text);
    while (parts.find()) {
      if (parts.group("plain") != null) {
        bytes.writeBytes(parts.group("plain").getBytes(StandardCharsets.UTF_8));
      } else if (parts.group("hex") != null) {
        bytes.write(Integer.parseInt(parts.group("hex"), 16));
      } else {
        bytes.write(control(parts.group("letter").charAt(0)));
      }
    }
    return bytes.toByteArray();
  }

  private static char control(char letter) {
    return switch (letter) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 't' -> '\t';
      case '0' -> '\0';
      default -> letter;
    };
  }
}
