package dev.fairlead.cluster.node;

import com.hazelcast.internal.util.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The clock of Hazelcast, which counts on when the clock of the machine is stepped. With the
 * machine's own clock a step of 5 s to 2 min makes the other members ignore this one's heartbeats,
 * or it theirs, until both sides are removed from each other and merge again.
 *
 * <p>It does not keep its difference: Hazelcast compares times of several members, so it runs 10
 * percent faster or slower until it agrees with the machine again. Any thread.
 *
 * <pre>
 * machine 12:00:00    here 12:00:00
 * a step of 60 s      machine 12:01:00    here 12:00:00
 * 10 s later          machine 12:01:10    here 12:00:11
 * 10 min later        machine 12:11:00    here 12:11:00
 * </pre>
 */
public final class SteadyClock extends Clock.ClockImpl {
  /** Hazelcast makes an instance of the class of this name with its first use of a clock. */
  private static final String PROPERTY = "com.hazelcast.clock.impl";

  /**
   * Of the time that has passed. Raising it makes heartbeats seem late after a step; lowering it
   * keeps entries of maps longer, or shorter, than their time to live for a longer time.
   */
  private static final int SLEW_DIVISOR = 10;

  /** Raising it notices a step later; lowering it reads the machine's clock more often. */
  private static final long CORRECT_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongSupplier nanos;
  private final LongSupplier machineMillis;
  private volatile Reading last;

  /**
   * What this clock showed, in nanoseconds since the epoch, at a time of {@link #nanos}, and how
   * far the machine's clock was ahead then. The difference is made up for gradually until the next
   * reading: at once it would be a step, and one backwards where the machine's clock is behind.
   */
  private record Reading(long at, long shown, long ahead) {
    private long shown(long elapsed) {
      long most = elapsed / SLEW_DIVISOR;
      return shown + elapsed + Math.max(-most, Math.min(most, ahead));
    }
  }

  public SteadyClock() {
    this(System::nanoTime, System::currentTimeMillis);
  }

  SteadyClock(LongSupplier nanos, LongSupplier machineMillis) {
    this.nanos = nanos;
    this.machineMillis = machineMillis;
    this.last = new Reading(nanos.getAsLong(), machineNanos(), 0);
  }

  /** To be called before anything of Hazelcast; an operator's own choice stays. */
  static void install() {
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, SteadyClock.class.getName());
    }
  }

  @Override
  protected long currentTimeMillis() {
    Reading before = last;
    long elapsed = nanos.getAsLong() - before.at;
    long shown = before.shown(elapsed);
    if (elapsed >= CORRECT_EVERY_NANOS) {
      // Of two threads that correct at once either may win: both begin at the same reading.
      last = new Reading(before.at + elapsed, shown, machineNanos() - shown);
    }
    return TimeUnit.NANOSECONDS.toMillis(shown);
  }

  private long machineNanos() {
    return TimeUnit.MILLISECONDS.toNanos(machineMillis.getAsLong());
  }
}
