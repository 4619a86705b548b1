package dev.fairlead.session;

import dev.fairlead.config.PoolConfig.Timeouts;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a session may go on: when it began, when something last moved, and what the pool's
 * time-outs make of that. All times are those of {@link System#nanoTime}. On the session's event
 * loop.
 */
final class SessionTimer {
  static final long NEVER = Long.MAX_VALUE;

  private static final int PERCENT = 100;

  private final Timeouts timeouts;
  private final long startedAt = System.nanoTime();
  private final long expiresAt;
  private long lastByteAt = startedAt;
  private long lastPending;

  SessionTimer(Timeouts timeouts) {
    this.timeouts = timeouts;
    this.expiresAt = drawExpiry();
  }

  /** Something moved. */
  void touch() {
    lastByteAt = System.nanoTime();
  }

  /**
   * Counts a change of what waits to be written as something that moved: writing, unlike reading,
   * is not seen by the session.
   */
  void noticePending(long pendingBytes) {
    if (pendingBytes != lastPending) {
      lastPending = pendingBytes;
      touch();
    }
  }

  long lastByteAt() {
    return lastByteAt;
  }

  long age() {
    return System.nanoTime() - startedAt;
  }

  /** When {@code maxDuration} is over, {@link #NEVER} = it has none. */
  long expiresAt() {
    return expiresAt;
  }

  /**
   * When the session has been quiet for too long, if nothing moves until then; {@link #NEVER} = it
   * may be.
   */
  long quietUntil(boolean halfClosed) {
    boolean closing = halfClosed && !timeouts.close().isZero();
    long most = (closing ? timeouts.close() : timeouts.idle()).toNanos();
    return most == 0 ? NEVER : lastByteAt + most;
  }

  /** Drawn, so that sessions that began together do not end together. */
  private long drawExpiry() {
    long most = timeouts.maxDuration().toNanos();
    if (most == 0) {
      return NEVER;
    }
    long jitter = most / PERCENT * timeouts.jitterPercent();
    return startedAt + most - ThreadLocalRandom.current().nextLong(jitter + 1);
  }
}
