package dev.fairlead.session;

import dev.fairlead.net.SocketTuning;
import java.util.concurrent.TimeUnit;

/**
 * Passes a reset on to one side of a session: not before the bytes that came ahead of it have
 * reached that peer, but at the latest after a second. On the session's event loop.
 */
final class ResetDelivery implements Step, Runnable {
  /** Raising it delivers more bytes to a slow peer, lowering it ends the session earlier. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Raising it costs fewer system calls, lowering it passes the reset on earlier. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final LoopContext loop;
  private final StepOwner owner;
  private final Side to;
  private final long deadline;

  /** When bytes for the peer were last seen here. */
  private long movedAt;

  private boolean over;

  /** {@code lastByteAt} is when the session last read, by the loop's clock. */
  ResetDelivery(LoopContext loop, StepOwner owner, Side to, long lastByteAt) {
    this.loop = loop;
    this.owner = owner;
    this.to = to;
    this.movedAt = lastByteAt;
    this.deadline = loop.now() + PATIENCE_NANOS;
  }

  @Override
  public void begin() {
    run();
  }

  /** Resets the peer if the bytes are there, and checks again soon if not. */
  @Override
  public void run() {
    if (over) {
      return;
    }
    try {
      if (loop.now() >= deadline || areBytesThere()) {
        timedOut();
      } else {
        loop.eventLoop().schedule(this, POLL_NANOS, TimeUnit.NANOSECONDS);
      }
    } catch (RuntimeException | Error bug) {
      owner.crashed(bug);
    }
  }

  private boolean areBytesThere() {
    if (to.pending() > 0) {
      movedAt = loop.now();
      return false;
    }
    // Where the kernel can't be asked, what was written a second ago is taken to have arrived.
    boolean longAgo = loop.now() - movedAt >= PATIENCE_NANOS;
    return SocketTuning.sendQueue(to.channel()).orElse(longAgo ? 0 : 1) == 0;
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void timedOut() {
    to.resetOnClose();
    owner.end();
  }

  @Override
  public void cancel(boolean reset) {
    over = true;
  }
}
