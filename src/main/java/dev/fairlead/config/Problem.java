package dev.fairlead.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One error in a configuration.
 *
 * @param source the file's name, or {@link #OVERRIDE}
 * @param line from 1, 0 = not known
 * @param path of the key, as {@code pools[0].backends[1].weight}; empty = the whole file
 * @param message the value and what was expected: {@code -1 (expected: 0 to 1000)}
 */
public record Problem(String source, int line, String path, String message) {
  /** The source of a value from {@code --set KEY=VALUE}. */
  public static final String OVERRIDE = "--set";

  private static final int MAX_SHOWN_CHARS = 100;
  private static final int MAX_SHOWN_NAMES = 10;
  private static final Pattern CLASS_NAME =
      Pattern.compile("\\b(?:[a-z][a-z0-9_]*\\.)+[A-Z][\\w$]*(?:Exception|Error)\\b:?");

  /**
   * {@code FILE:LINE: path: value (expected: ...)}, without the unknown parts; {@code --set path:
   * value (expected: ...)} for an override.
   */
  @Override
  public String toString() {
    String place = line > 0 ? source + ":" + line : source;
    String what = path.isEmpty() ? message : path + ": " + message;
    return source.equals(OVERRIDE) ? source + " " + what : place + ": " + what;
  }

  /** {@code value (expected: ...)}. */
  public static String expected(String value, String expected) {
    return value + " (expected: " + expected + ")";
  }

  /**
   * An expectation with what there is: {@code the name of a pool: web, api and 3 more}.
   *
   * @param what in general: {@code the name of a pool}
   */
  public static String oneOf(String what, Collection<String> names) {
    if (names.isEmpty()) {
      return what + ", of which there is none";
    }
    int more = names.size() - MAX_SHOWN_NAMES;
    String some = names.stream().limit(MAX_SHOWN_NAMES).collect(Collectors.joining(", "));
    return what + ": " + some + (more > 0 ? " and " + more + " more" : "");
  }

  /** Foreign text made safe to show: one line, no control characters, at most 100 characters. */
  public static String oneLine(String text) {
    return oneLine(text, MAX_SHOWN_CHARS);
  }

  /** The same with at most {@code most} characters of the text. */
  public static String oneLine(String text, int most) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(most)
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> appendPrintable(out, c);
              }
            });
    return text.codePointCount(0, text.length()) > most ? out + "..." : out.toString();
  }

  /**
   * What an exception of the JDK or of a library says, for users: the first line of its message,
   * without the names of classes that some put into it. One without a message says what its name
   * does: {@code ClosedByInterruptException} is {@code closed by interrupt}. Those of files have
   * the path as their message: what is wrong with it is said instead.
   */
  public static String reason(Throwable cause) {
    if (cause instanceof NoSuchFileException) {
      return "no such file";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    String message = cause.getMessage();
    if (message == null) {
      String name = cause.getClass().getSimpleName().replaceFirst("(Exception|Error)$", "");
      return cause.getCause() == null
          ? name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT)
          : reason(cause.getCause());
    }
    String line = message.lines().findFirst().orElse("");
    String plain = CLASS_NAME.matcher(line).replaceAll("").strip();
    return plain.isEmpty() ? "internal error" : plain;
  }

  /** Why {@code file} cannot be read or written: reading a directory fails in other words. */
  public static String reason(Path file, IOException cause) {
    return Files.isDirectory(file) ? "it is a directory" : reason(cause);
  }

  /**
   * What is expected in place of {@code file}, which could not be read. That alone says enough of
   * one that does not exist.
   */
  public static String readable(Path file, IOException cause) {
    String expected = "a file that can be read";
    return cause instanceof NoSuchFileException
        ? expected
        : expected + ", but: " + reason(file, cause);
  }

  private static void appendPrintable(StringBuilder out, int codePoint) {
    int type = Character.getType(codePoint);
    if (Character.isISOControl(codePoint)
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.FORMAT
        || type == Character.SURROGATE) {
      out.append(String.format(Locale.ROOT, "\\u%04x", codePoint));
    } else {
      out.appendCodePoint(codePoint);
    }
  }
}
