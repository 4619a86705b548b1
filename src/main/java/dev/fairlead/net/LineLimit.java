package dev.fairlead.net;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Limits the lines of one kind in the process log to one in each {@link Duration}: what others can
 * provoke must not fill a disk. Counts those left out for the next line. Any thread.
 *
 * <pre>
 * pause 60 s, asked at    0 s   10 s   20 s   60 s   70 s   130 s
 * next()                  0     empty  empty  2      empty  1
 * </pre>
 */
public final class LineLimit {
  private final long pauseNanos;
  private final LongSupplier nanoTime;
  private long quietUntil;
  private long leftOut;

  /**
   * @param pause raising it makes fewer lines, lowering it shows the end of what they tell sooner
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  public LineLimit(Duration pause, LongSupplier nanoTime) {
    this.pauseNanos = pause.toNanos();
    this.nanoTime = nanoTime;
    this.quietUntil = nanoTime.getAsLong();
  }

  /** How many lines were left out before this one; empty = this one is left out too. */
  public OptionalLong next() {
    return next(() -> true);
  }

  /** As {@link #next()}, but also left out if {@code other} says so, which is asked last. */
  public synchronized OptionalLong next(BooleanSupplier other) {
    long now = nanoTime.getAsLong();
    if (now - quietUntil < 0 || !other.getAsBoolean()) {
      leftOut++;
      return OptionalLong.empty();
    }
    long before = leftOut;
    leftOut = 0;
    quietUntil = now + pauseNanos;
    return OptionalLong.of(before);
  }
}
