package dev.fairlead.session;

import java.time.Duration;
import java.util.List;

/** Sessions that are ended one after the other, evenly over a time. On their event loop. */
final class Ending {
  private final List<Session> sessions;
  private final long start;
  private final long length;
  private final CloseReason reason;
  private int ended;

  Ending(List<Session> sessions, long start, Duration time, CloseReason reason) {
    this.sessions = sessions;
    this.start = start;
    this.length = Math.max(1, time.toNanos());
    this.reason = reason;
  }

  /** Ends those whose turn has come; true when all are ended. */
  boolean isOver(long now) {
    double share = Math.min(1, (double) (now - start) / length);
    int due = (int) Math.ceil(share * sessions.size());
    for (; ended < due; ended++) {
      sessions.get(ended).end(reason);
    }
    return ended == sessions.size();
  }
}
