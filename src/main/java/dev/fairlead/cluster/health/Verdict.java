package dev.fairlead.cluster.health;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The verdict of one member's own prober on a backend; in a row {@code up}, {@code down} or {@code
 * down:REASON}.
 *
 * @param reason why it is down, printable and at most {@value #MAX_REASON} characters; null = not
 *     given
 */
record Verdict(boolean up, @Nullable String reason) {
  static final Verdict UP = new Verdict(true, null);
  private static final int MAX_REASON = 100;
  private static final String UP_TEXT = "up";
  private static final String DOWN_TEXT = "down";
  private static final String DOWN_PREFIX = "down:";

  static Verdict of(boolean up, @Nullable String reason) {
    return up ? UP : new Verdict(false, clean(reason));
  }

  /** The verdict in a field of a peer's row; empty for anything else. */
  static Optional<Verdict> parse(@Nullable Object field) {
    if (!(field instanceof String text)) {
      return Optional.empty();
    }
    if (text.equals(UP_TEXT) || text.equals(DOWN_TEXT)) {
      return Optional.of(of(text.equals(UP_TEXT), null));
    }
    return text.startsWith(DOWN_PREFIX)
        ? Optional.of(of(false, text.substring(DOWN_PREFIX.length())))
        : Optional.empty();
  }

  String text() {
    if (up) {
      return UP_TEXT;
    }
    return reason == null ? DOWN_TEXT : DOWN_PREFIX + reason;
  }

  /** Makes a peer's text safe for one line of a log. */
  private static @Nullable String clean(@Nullable String reason) {
    if (reason == null) {
      return null;
    }
    String line = reason.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]", " ").strip();
    if (line.isEmpty()) {
      return null;
    }
    return line.length() > MAX_REASON ? line.substring(0, MAX_REASON) : line;
  }
}
