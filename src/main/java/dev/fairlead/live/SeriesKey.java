package dev.fairlead.live;

import java.util.List;

/**
 * Names a series.
 *
 * @param by one of {@link #KINDS}; these are API
 * @param name of the listener, pool or member, {@code pool/id} of a backend, empty for the total
 */
public record SeriesKey(String by, String name) {
  private static final String OF_TOTAL = "total";
  private static final String LISTENER = "listener";
  private static final String POOL = "pool";
  private static final String BACKEND = "backend";
  private static final String MEMBER = "member";
  private static final String REASON = "reason";

  public static final List<String> KINDS = List.of(OF_TOTAL, LISTENER, POOL, BACKEND, MEMBER);

  public static final SeriesKey TOTAL = new SeriesKey(OF_TOTAL, "");

  /**
   * What a new member should have, if not all of it fits into a message: of backends there are
   * many.
   */
  private static final List<String> MOST_IMPORTANT_FIRST =
      List.of(OF_TOTAL, REASON, POOL, MEMBER, LISTENER, BACKEND);

  static SeriesKey listener(String name) {
    return new SeriesKey(LISTENER, name);
  }

  static SeriesKey pool(String name) {
    return new SeriesKey(POOL, name);
  }

  /** {@code name} is {@code pool/id}. */
  static SeriesKey backend(String name) {
    return new SeriesKey(BACKEND, name);
  }

  static SeriesKey member(String name) {
    return new SeriesKey(MEMBER, name);
  }

  /** Of the total, the part of one reason; its values are in the first ring. */
  static SeriesKey reason(String label) {
    return new SeriesKey(REASON, label);
  }

  /** The lower, the more important; what only a newer member knows comes last. */
  int rank() {
    int rank = MOST_IMPORTANT_FIRST.indexOf(by);
    return rank < 0 ? MOST_IMPORTANT_FIRST.size() : rank;
  }

  boolean isReason() {
    return by.equals(REASON);
  }
}
