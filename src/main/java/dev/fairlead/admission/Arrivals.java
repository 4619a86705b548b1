package dev.fairlead.admission;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The number of arrivals of the last window of 100 ms, as a forecast for the next one. Reading it
 * does not change it, however often. One thread at a time.
 */
public final class Arrivals {
  /**
   * Raising it smooths bursts out of the forecast; lowering it follows them at once, at the expense
   * of demand that jumps between bursts.
   */
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongSupplier sum;
  private final LongSupplier nanos;
  private long sumBefore;
  private long measuredAt;
  private long recent;

  /**
   * @param sum of all arrivals since the start; called on the thread that calls {@link #recent}
   */
  public Arrivals(LongSupplier sum) {
    this(sum, System::nanoTime);
  }

  Arrivals(LongSupplier sum, LongSupplier nanos) {
    this.sum = sum;
    this.nanos = nanos;
    this.sumBefore = sum.getAsLong();
    this.measuredAt = nanos.getAsLong();
  }

  /** Arrivals of the last complete window; of a longer one if it was not read in between. */
  public long recent() {
    long now = nanos.getAsLong();
    if (now - measuredAt >= WINDOW_NANOS) {
      long all = sum.getAsLong();
      recent = all - sumBefore;
      sumBefore = all;
      measuredAt = now;
    }
    return recent;
  }
}
