package dev.fairlead.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as configurations and commands write them: {@code 500ms 30s 15m 1h 7d}, also {@code
 * 0s}. The unit is required. Any thread.
 */
public final class Durations {
  /** The format that {@link #parse} accepts, for a problem. */
  public static final String EXPECTED =
      "a duration such as 500ms, 30s, 15m, 1h or 7d, at most 36500d";

  private static final Duration MAX = Duration.ofDays(36_500);

  /** The form, without the limit of length. */
  public static final Pattern WRITTEN = Pattern.compile("(\\d{1,18})(ms|s|m|h|d)");

  private Durations() {}

  /** Empty when the text has another form or is longer than 36500 days. */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long unitMillis =
        switch (matcher.group(2)) {
          case "ms" -> 1L;
          case "s" -> 1000L;
          case "m" -> 60_000L;
          case "h" -> 3_600_000L;
          default -> 86_400_000L;
        };
    long count = Long.parseLong(matcher.group(1));
    boolean tooLong = count > MAX.toMillis() / unitMillis;
    return tooLong ? Optional.empty() : Optional.of(Duration.ofMillis(count * unitMillis));
  }

  /** In the largest of days, hours, seconds and milliseconds that is exact. */
  public static String show(Duration duration) {
    long millis = duration.toMillis();
    long seconds = millis / 1000;
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    if (seconds == 0 || seconds % 3600 != 0) {
      return seconds + "s";
    }
    return seconds % 86_400 == 0 ? seconds / 86_400 + "d" : seconds / 3600 + "h";
  }
}
