package dev.fairlead.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * A regular expression in the syntax of RE2, whose search takes time in proportion to the text: no
 * back references and no look-around, so no text makes it slow. It may be anywhere in the text.
 */
public record LinearPattern(String text) {
  public static final String EXPECTED =
      "a regular expression in RE2 syntax, of at most 1000 characters,"
          + " in which counted repetitions multiply to at most 1000";

  private static final int MOST_CHARS = 1000;

  /** The library unrolls {@code a{1000}}, and does not limit {@code (a{1000}){1000}}. */
  private static final int MOST_REPETITIONS = 1000;

  private static final java.util.regex.Pattern COUNTED =
      java.util.regex.Pattern.compile("\\{(?:\\d{1,9},)?(\\d{1,9}),?\\}");

  /** Empty when it is not a valid expression, or a costly one. */
  public static Optional<LinearPattern> parse(String text) {
    if (text.isEmpty() || text.length() > MOST_CHARS || repetitions(text) > MOST_REPETITIONS) {
      return Optional.empty();
    }
    try {
      Pattern.compile(text);
      return Optional.of(new LinearPattern(text));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  /** A new one at each call; it may be used by several threads. */
  public Pattern compile() {
    return Pattern.compile(text);
  }

  private static long repetitions(String text) {
    long product = 1;
    Matcher counted = COUNTED.matcher(text);
    while (counted.find() && product <= MOST_REPETITIONS) {
      product *= Math.max(1, Long.parseLong(counted.group(1)));
    }
    return product;
  }
}
