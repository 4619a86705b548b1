package dev.fairlead.pool;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How long a backend took to answer connects: counts in fixed buckets, two for each doubling, from
 * 66 us to 69 s. Recording costs one atomic addition and allocates nothing. Any thread.
 */
public final class ConnectTimes {
  public static final int BUCKETS = 42;

  /** The first bucket ends at 2 to the power of it, in ns. */
  private static final int FIRST_BITS = 16;

  private final AtomicIntegerArray counts = new AtomicIntegerArray(BUCKETS);

  public void add(long nanos) {
    counts.getAndIncrement(bucket(nanos));
  }

  /** Since the start of the process; wraps around at 2 to the power of 32. */
  public int count(int bucket) {
    return counts.get(bucket);
  }

  /** The bucket of a time: 0 below 2^16 ns, 1 below 1.5 times that, 2 below twice, and so on. */
  static int bucket(long nanos) {
    if (nanos < 1L << FIRST_BITS) {
      return 0;
    }
    int bits = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    int upperHalf = (int) (nanos >>> (bits - 1)) & 1;
    return Math.min(BUCKETS - 1, 1 + 2 * (bits - FIRST_BITS) + upperHalf);
  }

  /** Where a bucket ends, in ms. */
  public static double endMillis(int bucket) {
    double doubled = Math.scalb(1.0, FIRST_BITS + bucket / 2) / 1e6;
    return bucket % 2 == 0 ? doubled : doubled * 1.5;
  }
}
