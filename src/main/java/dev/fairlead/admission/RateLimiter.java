package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How many new connections a second a listener takes: a token bucket that holds what fits into one
 * second, kept as the generic cell rate algorithm does (ITU-T I.371): one number, the time at which
 * the bucket will be full again. Lives as long as the process, across reloads. Thread-safe; taking
 * costs one atomic step.
 */
public final class RateLimiter implements Leased {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Stands for no limit. */
  private static final int ANY = Integer.MAX_VALUE;

  /** More than was measured, because demand grows. */
  private static final double HEADROOM = 1.2;

  private final String key;
  private final LongSupplier nanos;
  private final long start;
  private final LongAdder attempts = new LongAdder();

  /** When the bucket is full again, counted from {@link #start}. */
  private final AtomicLong fullAt = new AtomicLong();

  /** Tokens a second on this member. */
  private volatile int rate = ANY;

  /** Of the cluster; 0 = there is no limit, or it is not the cluster's. */
  private volatile int shared;

  /** Nothing was allowed yet: the first part of the cluster's rate comes with its burst. */
  private boolean isNew;

  // What was measured last; on the thread of Leased.
  private long attemptsBefore;
  private long measuredAt;
  private double demand;

  /**
   * @param nanos the clock, as {@link System#nanoTime}
   */
  public RateLimiter(String key, LongSupplier nanos) {
    this.key = key;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.measuredAt = start;
  }

  /**
   * What the configuration says from now on.
   *
   * @param perSecond 0 = no limit
   * @param scope of a rate of the cluster nothing is this member's until it is {@link #allow}ed
   */
  public synchronized void configure(int perSecond, LimitScope scope) {
    boolean ofCluster = perSecond > 0 && scope == LimitScope.CLUSTER;
    if (!ofCluster) {
      rate = perSecond == 0 ? ANY : perSecond;
    } else if (shared == 0) {
      rate = 0;
      isNew = true;
    } else {
      change(Math.min(rate, perSecond));
    }
    shared = ofCluster ? perSecond : 0;
  }

  /** Takes a token if there is one. */
  public boolean tryTake() {
    int perSecond = rate;
    if (perSecond == ANY) {
      return true;
    }
    attempts.increment();
    if (perSecond == 0) {
      return false;
    }
    long token = SECOND / perSecond;
    long now = nanos.getAsLong() - start;
    while (true) {
      long full = fullAt.get();
      long next = Math.max(full, now) + token;
      if (next - now > SECOND) {
        return false;
      }
      if (fullAt.compareAndSet(full, next)) {
        return true;
      }
    }
  }

  /** Gives a token back that was taken for nothing. */
  public void putBack() {
    int perSecond = rate;
    if (perSecond > 0 && perSecond != ANY) {
      fullAt.addAndGet(-SECOND / perSecond);
    }
  }

  @Override
  public int allowed() {
    return rate;
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public int limit() {
    return shared;
  }

  @Override
  public boolean isRate() {
    return true;
  }

  /** A rate can always be given back. */
  @Override
  public int inUse() {
    return 0;
  }

  /** What came in the last half second or so, a second, and a fifth more. */
  @Override
  public int wanted() {
    long now = nanos.getAsLong();
    double seconds = (double) (now - measuredAt) / SECOND;
    if (seconds >= 0.05) {
      long sum = attempts.sum();
      double last = (sum - attemptsBefore) / seconds;
      demand += (last - demand) * Math.min(1, seconds * 4);
      attemptsBefore = sum;
      measuredAt = now;
    }
    // Less than one in a while is nobody.
    return demand < 0.1 ? 0 : (int) Math.min(shared, Math.ceil(demand * HEADROOM));
  }

  @Override
  public synchronized void allow(int perSecond) {
    if (shared == 0) {
      return;
    }
    if (isNew && perSecond > 0) {
      isNew = false;
      rate = perSecond;
    } else {
      change(perSecond);
    }
  }

  /** The tokens stay as many as they are: else who is given more rate had a burst of it at once. */
  private void change(int perSecond) {
    int before = rate;
    if (perSecond == 0 || perSecond == before) {
      rate = perSecond;
      return;
    }
    long now = nanos.getAsLong() - start;
    double missing = Math.min(1, Math.max(0, (double) (fullAt.get() - now) / SECOND));
    double tokens = Math.min(perSecond, before * (1 - missing));
    fullAt.set(now + (long) (SECOND * (1 - tokens / perSecond)));
    rate = perSecond;
  }

  @Override
  public void exhausted(boolean exhausted) {
    // Who finds no token does not wait.
  }
}
