package dev.fairlead.session;

import dev.fairlead.net.SocketTuning;
import java.util.concurrent.TimeUnit;

/**
 * What a session that lasts asks the kernel for: to notice when its backend vanishes, and to spare
 * a peer that is slow. On the session's event loop.
 */
final class PeerCare {
  /** A session that lives so long is worth the system calls that notice a vanished backend. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long SLOW_NANOS = SocketTuning.SLOW_AFTER.toNanos();

  private final Relay client;
  private final Relay server;

  /** When {@link #server} is to be kept alive; NEVER = it is. */
  private long settledAt;

  /**
   * @param connectedAt when the backend answered
   */
  PeerCare(Relay client, Relay server, long connectedAt) {
    this.client = client;
    this.server = server;
    this.settledAt = connectedAt + SETTLED_NANOS;
  }

  /** Asks for what is due at {@code now}, when nothing has moved since {@code lastByteAt}. */
  void attend(long now, long lastByteAt) {
    if (now >= settledAt) {
      settledAt = SessionTimer.NEVER;
      server.keepAlive();
    }
    if (now - lastByteAt >= SLOW_NANOS) {
      client.tolerateSlow();
      server.tolerateSlow();
    }
  }

  /** When something is due next, if nothing moves after {@code lastByteAt}. */
  long nextAt(long lastByteAt) {
    long slowAt = lastByteAt + SLOW_NANOS;
    return slowAt > System.nanoTime() ? Math.min(settledAt, slowAt) : settledAt;
  }
}
