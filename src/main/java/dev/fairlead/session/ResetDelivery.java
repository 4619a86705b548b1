package dev.fairlead.session;

import java.util.concurrent.TimeUnit;

/**
 * Passes a reset on to one side of a session: not before the bytes that came ahead of it have
 * reached that peer, but at the latest after a second. On the session's event loop.
 */
final class ResetDelivery implements Runnable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Session session;
  private final Relay to;
  private final long until = System.nanoTime() + PATIENCE_NANOS;

  ResetDelivery(Session session, Relay to) {
    this.session = session;
    this.to = to;
  }

  /** Resets the peer if the bytes are there, and looks again soon if not. */
  @Override
  public void run() {
    session.guarded(this::deliver);
  }

  private void deliver() {
    if (session.isEnded()) {
      return;
    }
    long now = System.nanoTime();
    if (now >= until || areBytesThere(now)) {
      to.resetOnClose();
      session.end();
    } else {
      session.loop().eventLoop().schedule(this, POLL_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private boolean areBytesThere(long now) {
    if (to.pending() > 0) {
      return false;
    }
    // Where the kernel can't be asked, what was written a second ago is taken to have arrived.
    boolean longAgo = now - session.lastByteAt() >= PATIENCE_NANOS;
    return to.sendQueue().orElse(longAgo ? 0 : 1) == 0;
  }
}
