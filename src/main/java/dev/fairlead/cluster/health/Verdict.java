package dev.fairlead.cluster.health;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The verdict of one member's own prober on a backend; in a row {@code up}, {@code down} or {@code
 * down:REASON}, which is printable and has at most {@value #MAX_REASON} characters.
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
    if (UP_TEXT.equals(field) || DOWN_TEXT.equals(field)) {
      return Optional.of(of(UP_TEXT.equals(field), null));
    }
    return field instanceof String text && text.startsWith(DOWN_PREFIX)
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
    String line =
        reason == null ? "" : reason.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]", " ").strip();
    return line.isEmpty() ? null : line.substring(0, Math.min(line.length(), MAX_REASON));
  }
}
