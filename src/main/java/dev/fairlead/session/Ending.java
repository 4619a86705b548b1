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

  /** Begins now. */
  Ending(List<Session> sessions, Backend backend, Duration time, CloseReason reason) {
    this.sessions = sessions;
    this.backend = backend;
    this.start = System.nanoTime();
    this.length = Math.max(1, time.toNanos());
    this.reason = reason;
  }

  /** Ends those whose turn has come and that are there still; true when no one is left. */
  boolean isOver(long now) {
    double share = Math.min(1, (double) (now - start) / length);
    int due = (int) Math.ceil(share * sessions.size());
    for (; ended < due; ended++) {
      Session session = sessions.get(ended);
      if (session.account().isAt(backend)) {
        session.end(reason);
      }
    }
    return ended == sessions.size();
  }
}
