package dev.fairlead.net;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A clock of the time that its owner's thread was running, in nanoseconds from an arbitrary origin.
 * While the process is stopped (SIGSTOP, a frozen container or machine) it stands still, and for
 * {@link #SETTLING} afterwards, in which the thread reads what the kernel has kept. So no peer is
 * judged by time in which this process could not listen to it.
 *
 * <p>The owner must call {@link #tick} several times in {@link #PAUSE}; without that the clock
 * stands still. Who judges by it must not do so while {@link #isResuming}: the clock may be ahead
 * by a {@code PAUSE} at most. What has to follow the time of others, as a promise to them or a
 * measured duration, needs {@link System#nanoTime}. {@code tick} is called on one thread, the other
 * methods on any.
 *
 * <pre>
 * running time 40.0 s    tick
 * stopped for 30 s       clock 41.0 s, resuming: data wait in the kernel and are read now
 * 1 s later              clock 41.0 s, judge from now on
 * 2 s later              clock 42.0 s
 * </pre>
 */
public final class PauseClock implements LongSupplier {
  /**
   * A longer time between two ticks is a pause. Raising it counts longer pauses as silence of the
   * peers; lowering it takes the late ticks of a busy machine for pauses, and time-outs are late.
   */
  public static final Duration PAUSE = Duration.ofSeconds(1);

  /** Raising it makes time-outs late after a pause; lowering it judges before all was read. */
  public static final Duration SETTLING = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private volatile Tick last;

  /** Times of {@code nanos}, but for {@code clock}: what this clock shows at {@code at}. */
  private record Tick(long at, long clock, long settledAt) {
    private long clock(long now) {
      long since = settledAt - at > 0 ? settledAt : at;
      return clock + Math.min(Math.max(0, now - since), PAUSE.toNanos());
    }

    private boolean isPause(long now) {
      return now - at > PAUSE.toNanos();
    }
  }

  public PauseClock() {
    this(System::nanoTime);
  }

  /** With {@code nanos} in place of {@link System#nanoTime}. */
  public PauseClock(LongSupplier nanos) {
    this.nanos = nanos;
    long now = nanos.getAsLong();
    this.last = new Tick(now, now, now);
  }

  /** The thread is running; to be called before each periodic judgement. */
  public void tick() {
    Tick before = last;
    long now = nanos.getAsLong();
    long settledAt = before.isPause(now) ? now + SETTLING.toNanos() : before.settledAt;
    // A time that is long past must not come near an overflow of the difference.
    last = new Tick(now, before.clock(now), settledAt - now > 0 ? settledAt : now);
  }

  /**
   * Begins to tick again after a time in which nothing was to be judged and nobody called {@link
   * #tick}: that was no pause. On the thread of {@code tick}.
   */
  public void restart() {
    Tick before = last;
    long now = nanos.getAsLong();
    last = new Tick(now, before.clock(now), now);
  }

  /** Whether the thread was paused and may not have read yet what arrived meanwhile. */
  public boolean isResuming() {
    Tick tick = last;
    long now = nanos.getAsLong();
    return tick.isPause(now) || tick.settledAt - now > 0;
  }

  @Override
  public long getAsLong() {
    return last.clock(nanos.getAsLong());
  }
}
