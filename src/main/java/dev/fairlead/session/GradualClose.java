package dev.fairlead.session;

import dev.fairlead.pool.Backend;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Ends sessions of one backend one after the other, evenly over {@code length} nanoseconds. On
 * their event loop.
 */
final class GradualClose {
  private final List<Session> sessions;
  private final Backend backend;
  private final long start;
  private final long length;
  private final CloseReason reason;
  private int ended;

  GradualClose(
      List<Session> sessions, Backend backend, long start, long length, CloseReason reason) {
    this.sessions = sessions;
    this.backend = backend;
    this.start = start;
    this.length = Math.max(1, length);
    this.reason = reason;
  }

  boolean isPlanned(BiPredicate<Backend, CloseReason> planned) {
    return planned.test(backend, reason);
  }

  /** Ends those that are due and still at the backend; true when none is left. */
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
