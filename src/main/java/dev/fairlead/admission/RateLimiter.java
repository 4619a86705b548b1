package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Limits a listener's new connections per second: a token bucket with a burst of one second's
 * tokens, in the form of the generic cell rate algorithm (ITU-T I.371), whose one number is the
 * time at which the bucket will be full again. Outlives reloads. Thread-safe; taking a token costs
 * one compare-and-set.
 */
public final class RateLimiter implements Leased {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /**
   * The demand reported per measured demand. Raising it refuses fewer clients while demand grows,
   * at the expense of tokens that other members could have used.
   */
  private static final double HEADROOM = 1.2;

  private final String key;
  private final LongSupplier nanos;
  private final long start;
  private final LongAdder attempts = new LongAdder();

  /** Nanoseconds from {@link #start} to when the bucket will be full. */
  private final AtomicLong fullAt = new AtomicLong();

  /** Tokens per second on this member. */
  private volatile int rate = Permits.UNLIMITED;

  /** As of {@link #limit}. */
  private volatile int clusterLimit;

  /** No grant has come yet: the first one comes with its burst. */
  private boolean awaitsFirstGrant;

  // The last measurement; on the cluster's context.
  private long attemptsBefore;
  private long measuredAt;
  private double demand;

  public RateLimiter(String key, LongSupplier nanos) {
    this.key = key;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.measuredAt = start;
  }

  /**
   * @param perSecond 0 = no limit
   * @param scope a limit that becomes the cluster's allows nothing until {@link #allow}
   */
  public synchronized void configure(int perSecond, LimitScope scope) {
    boolean ofCluster = perSecond > 0 && scope == LimitScope.CLUSTER;
    if (!ofCluster) {
      rate = perSecond == 0 ? Permits.UNLIMITED : perSecond;
    } else if (clusterLimit == 0) {
      rate = 0;
      awaitsFirstGrant = true;
    } else {
      change(Math.min(rate, perSecond));
    }
    clusterLimit = ofCluster ? perSecond : 0;
  }

  public boolean tryTake() {
    int perSecond = rate;
    if (perSecond == Permits.UNLIMITED) {
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

  public void putBack() {
    int perSecond = rate;
    if (perSecond > 0 && perSecond != Permits.UNLIMITED) {
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
    return clusterLimit;
  }

  @Override
  public boolean isRate() {
    return true;
  }

  @Override
  public int inUse() {
    return 0;
  }

  /** The attempts per second of about the last half second, and a fifth more. */
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
    // A remainder that would never decay to 0.
    return demand < 0.1 ? 0 : (int) Math.min(clusterLimit, Math.ceil(demand * HEADROOM));
  }

  @Override
  public synchronized void allow(int perSecond) {
    if (clusterLimit == 0) {
      return;
    }
    if (awaitsFirstGrant && perSecond > 0) {
      awaitsFirstGrant = false;
      rate = perSecond;
    } else {
      change(perSecond);
    }
  }

  /** Keeps the number of tokens: else each grant would come with a burst of its own. */
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
    // A client that finds no token is refused, it does not wait.
  }
}
