package dev.fairlead.cluster.health;

/**
 * What one member's own prober says of a backend; in a row it is {@code up}, {@code down} or {@code
 * down:REASON}.
 *
 * @param reason why it is down, printable and at most {@value #MAX_REASON} characters; null = not
 *     said
 */
record Verdict(boolean up, String reason) {
  static final Verdict UP = new Verdict(true, null);

  private static final int MAX_REASON = 100;
  private static final String UP_TEXT = "up";
  private static final String DOWN_TEXT = "down";
  private static final String DOWN_PREFIX = "down:";

  static Verdict of(boolean up, String reason) {
    return up ? UP : new Verdict(false, clean(reason));
  }

  /** What {@code field} of another member's row says; null = nothing that makes sense. */
  static Verdict parse(Object field) {
    if (!(field instanceof String text)) {
      return null;
    }
    if (text.equals(UP_TEXT)) {
      return UP;
    }
    if (text.equals(DOWN_TEXT)) {
      return of(false, null);
    }
    return text.startsWith(DOWN_PREFIX) ? of(false, text.substring(DOWN_PREFIX.length())) : null;
  }

  String text() {
    if (up) {
      return UP_TEXT;
    }
    return reason == null ? DOWN_TEXT : DOWN_PREFIX + reason;
  }

  /** Fit for one line of a log, whoever said it. */
  private static String clean(String reason) {
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
