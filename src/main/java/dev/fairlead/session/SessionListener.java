package dev.fairlead.session;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;

/**
 * Receives the events of sessions. Called on the session's event loop, so an implementation must
 * neither block nor throw; every session that is opened is closed exactly once.
 */
public interface SessionListener {

  /** Ignores all events. */
  SessionListener NONE = new SessionListener() {};

  /** A backend has accepted the session's connection, {@code connectNanos} after it was asked. */
  default void connected(Backend backend, long connectNanos) {}

  /**
   * A connection to {@code backend} failed, or was reset before its first byte, and that was not
   * this machine's fault; it is counted at the backend already.
   */
  default void failed(Pool pool, Backend backend) {}

  /** A session is over; quiet (refused at once, or left without a byte) = not to be logged. */
  default void closed(ClosedSession session, boolean quiet) {}

  /** A session that is over. Any thread. */
  interface ClosedSession {
    CloseReason reason();

    /** Made anew at each call. */
    SessionRecord record();
  }

  /** Calls each of {@code listeners} in turn. */
  static SessionListener all(SessionListener... listeners) {
    SessionListener[] each = listeners.clone();
    return new SessionListener() {
      @Override
      public void connected(Backend backend, long connectNanos) {
        for (SessionListener listener : each) {
          listener.connected(backend, connectNanos);
        }
      }

      @Override
      public void failed(Pool pool, Backend backend) {
        for (SessionListener listener : each) {
          listener.failed(pool, backend);
        }
      }

      @Override
      public void closed(ClosedSession session, boolean quiet) {
        for (SessionListener listener : each) {
          listener.closed(session, quiet);
        }
      }
    };
  }
}
