package dev.fairlead.session;

import dev.fairlead.pool.Backend;
import java.time.Duration;
import java.util.List;

/**
 * Sessions of one backend that are ended one after the other, evenly over a time. On their event
 * loop.
 */
final class Ending {
  private final List<Session> sessions;
  private final Backend backend;
  private final long start;
  private final long length;
  private final CloseReason reason;
  private int ended;

  Ending(List<Session> sessions, Backend backend, Spread spread, CloseReason reason) {
    this.sessions = sessions;
    this.backend = backend;
    this.start = spread.start;
    this.length = Math.max(1, spread.over.toNanos());
    this.reason = reason;
  }

  /**
   * When sessions are ended.
   *
   * @param start as {@link System#nanoTime}
   */
  record Spread(long start, Duration over) {}

  /** Ends those whose turn has come and that are there still; true when no one is left. */
  boolean isOver(long now) {
    double share = Math.min(1, (double) (now - start) / length);
    int due = (int) Math.ceil(share * sessions.size());
    for (; ended < due; ended++) {
      Session session = sessions.get(ended);
      if (session.account().isAt(backend.pool(), backend.id())) {
        session.end(reason);
      }
    }
    return ended == sessions.size();
  }
}
