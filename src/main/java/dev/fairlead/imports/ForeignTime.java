package dev.fairlead.imports;

import dev.fairlead.config.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as HAProxy and nginx write them: parts as {@code 1h30m}, a bare number has a unit too. */
public final class ForeignTime {
  private static final Pattern PART = Pattern.compile("(\\d{1,12})(us|ms|[smhdwMy])?\\s*");
  private static final Duration MOST = Duration.ofDays(36_500);

  private ForeignTime() {}

  /** Rounded up to milliseconds, at most what Fairlead takes; empty where it is no time. */
  public static Optional<Duration> parse(String text, String unit) {
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    int end = 0;
    while (part.find() && part.start() == end) {
      String written = part.group(2) == null ? unit : part.group(2);
      sum = sum.plus(one(Long.parseLong(part.group(1)), written));
      end = part.end();
    }
    return end == 0 || end < text.length()
        ? Optional.empty()
        : Optional.of(sum.compareTo(MOST) > 0 ? MOST : sum);
  }

  private static Duration one(long count, String unit) {
    return switch (unit) {
      case "us" -> Duration.ofMillis((count + 999) / 1000);
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      case "d" -> Duration.ofDays(count);
      case "w" -> Duration.ofDays(7 * count);
      case "M" -> Duration.ofDays(30 * count);
      default -> Duration.ofDays(365 * count);
    };
  }

  /** The same of a directive's argument; throws {@link ImportException}. */
  public static Duration of(Statement statement, String text, String unit) {
    return parse(text, unit)
        .orElseThrow(
            () -> new ImportException(statement, "'" + text + "'", "a time such as 500ms or 30s"));
  }

  /** As Fairlead writes it. */
  public static String show(Duration duration) {
    long seconds = duration.toSeconds();
    boolean minutes = duration.toMillis() % 60_000 == 0 && seconds % 3600 != 0;
    return minutes ? seconds / 60 + "m" : Durations.show(duration);
  }
}
