package dev.fairlead.session;

import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.net.SocketTuning;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When something is due for one session: the pool's time-outs, which count from the accept or from
 * the last byte, and the care for its peers. All times are those of the loop's clock, in
 * nanoseconds. On the session's event loop.
 */
final class SessionTimer {
  static final long NEVER = Long.MAX_VALUE;

  /**
   * The age at which a session is worth the system calls that detect a vanished backend. Raising it
   * spares them for more sessions, lowering it detects earlier.
   */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * How often the progress of a slow reader is checked. Raising it costs less, lowering it makes
   * the idle time-out of a slow reader more exact.
   */
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private static final long SLOW_NANOS = SocketTuning.SLOW_AFTER.toNanos();
  private static final int PERCENT = 100;
  private static final Timeouts NO_TIMEOUTS =
      new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);

  private final LongSupplier clock;

  /** Of the pool; none before the session has a route. */
  private Timeouts timeouts = NO_TIMEOUTS;

  /** By {@link System#nanoTime}, as its age is reported. */
  private final long openedAt = System.nanoTime();

  private final long startedAt;
  private long expiresAt = NEVER;
  private long lastByteAt;
  private long lastPending;

  /** When the backend's connection is to be kept alive; NEVER = it is, or there is none yet. */
  private long settlesAt = NEVER;

  SessionTimer(LongSupplier clock) {
    this.clock = clock;
    this.startedAt = clock.getAsLong();
    this.lastByteAt = startedAt;
  }

  /** The session goes to a pool with these time-outs, which count from the accept. */
  void route(Timeouts ofPool) {
    timeouts = ofPool;
    expiresAt = drawExpiry();
  }

  void touch() {
    lastByteAt = clock.getAsLong();
  }

  void connected() {
    touch();
    settlesAt = lastByteAt + SETTLED_NANOS;
  }

  /**
   * Counts a change of what waits to be written as bytes that moved: unlike reading, writing is not
   * seen by the session.
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

  /** Since the accept; the time in which the process was stopped included. */
  long age() {
    return System.nanoTime() - openedAt;
  }

  /** When {@code maxDuration} is over. */
  long expiresAt() {
    return expiresAt;
  }

  /** When the session has been quiet for too long, {@link #NEVER} = it may be for any time. */
  long quietUntil(boolean halfClosed) {
    boolean closing = halfClosed && !timeouts.close().isZero();
    long most = (closing ? timeouts.close() : timeouts.idle()).toNanos();
    return most == 0 ? NEVER : lastByteAt + most;
  }

  /** Lets the kernel detect a vanished backend, and exempts slow peers from the user time-out. */
  void careForPeers(long now, Side client, Side backend) {
    if (now >= settlesAt) {
      settlesAt = NEVER;
      SocketTuning.keepAlive(backend.channel());
    }
    // No byte has moved for so long that a check must show whether the peer is slow or dead.
    if (now - lastByteAt >= SLOW_NANOS) {
      SocketTuning.tolerateSlow(client.channel());
      SocketTuning.tolerateSlow(backend.channel());
    }
    noticePending(client.pending() + backend.pending());
  }

  long progressAt() {
    return clock.getAsLong() + PROGRESS_NANOS;
  }

  /** When something is due next for a session that relays, if no byte moves until then. */
  long nextDeadline(boolean halfClosed, boolean pending) {
    long now = clock.getAsLong();
    long next = Math.min(Math.min(expiresAt, quietUntil(halfClosed)), settlesAt);
    long slowAt = lastByteAt + SLOW_NANOS;
    next = slowAt > now ? Math.min(next, slowAt) : next;
    return pending ? Math.min(next, now + PROGRESS_NANOS) : next;
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
