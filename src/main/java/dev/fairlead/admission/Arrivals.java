package dev.fairlead.admission;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many have come lately, for what is likely to come next. Asking changes nothing, however often
 * it is done. One thread at a time.
 */
public final class Arrivals {
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongSupplier sum;
  private final LongSupplier nanos;
  private long sumBefore;
  private long measuredAt;
  private long recent;

  /**
   * @param sum of all that ever came; may be asked on any thread
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

  /** Those of the last 100 ms that are over; of a longer time if nobody has asked meanwhile. */
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
