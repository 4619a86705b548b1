package dev.fairlead.live;

import java.util.List;

/**
 * Names a series.
 *
 * @param by one of {@link #KINDS}; these are API
 * @param name of the listener, pool or member, {@code pool/id} of a backend, empty for the total
 */
public record SeriesKey(String by, String name) {
  public static final List<String> KINDS =
      List.of("total", "listener", "pool", "backend", "member");

  public static final SeriesKey TOTAL = new SeriesKey("total", "");

  private static final String REASON = "reason";

  /** Of the total, the part of one reason; its values are in the first ring. */
  static SeriesKey reason(String label) {
    return new SeriesKey(REASON, label);
  }

  boolean isReason() {
    return by.equals(REASON);
  }
}
