package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The permits of one limit on this member: how many are in use and how many may be. Counts with or
 * without a limit, so that a limit that is configured later finds the permits in use counted.
 * Thread-safe; taking and giving back cost one compare-and-set each and no lock.
 *
 * <p>Both numbers are in one atomic. Were they two, a take could read an allowance of 5, the lease
 * lower it to 4, and the take still go through: more would be in use than this member's row in the
 * cluster holds. The next refresh of the lease takes that for a lost row and stops all grants of
 * the limit for 2.5 s.
 */
public final class Permits {
  /** An allowance without a limit. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** Allowed in the upper 32 bits, in use in the lower 32; neither is negative. */
  private final AtomicLong state = new AtomicLong(state(UNLIMITED, 0));

  private volatile int clusterLimit;

  private volatile boolean exhausted;

  /**
   * Applies the configured limit. Permits in use above it stay in use.
   *
   * @param limit 0 = none
   * @param scope a limit that becomes the cluster's allows no more than are in use, until {@link
   *     #allow}
   */
  public synchronized void configure(int limit, LimitScope scope) {
    boolean ofCluster = limit > 0 && scope == LimitScope.CLUSTER;
    if (!ofCluster) {
      int allowed = limit == 0 ? UNLIMITED : limit;
      state.updateAndGet(now -> state(allowed, inUse(now)));
    } else if (clusterLimit == 0) {
      state.updateAndGet(now -> state(Math.min(inUse(now), limit), inUse(now)));
      exhausted = false;
    } else {
      state.updateAndGet(now -> state(Math.min(allowed(now), limit), inUse(now)));
    }
    clusterLimit = ofCluster ? limit : 0;
  }

  /**
   * Sets the part of the cluster's limit that this member may use; ignored for other limits. Once
   * it returns no permit above {@code count} is taken.
   *
   * @return whether the allowance has grown
   */
  public synchronized boolean allow(int count) {
    if (clusterLimit == 0) {
      return false;
    }
    return allowed(state.getAndUpdate(now -> state(count, inUse(now)))) < count;
  }

  public boolean tryTake() {
    long now = state.get();
    while (inUse(now) < allowed(now)) {
      if (state.compareAndSet(now, now + 1)) {
        return true;
      }
      now = state.get();
    }
    return false;
  }

  /**
   * @throws IllegalStateException if none is in use; the count stays 0
   */
  public void giveBack() {
    if (inUse(state.getAndUpdate(now -> inUse(now) == 0 ? now : now - 1)) == 0) {
      throw new IllegalStateException("more permits given back than taken");
    }
  }

  public void exhausted(boolean none) {
    exhausted = none;
  }

  public int inUse() {
    return inUse(state.get());
  }

  /** The allowance of this member; {@link #UNLIMITED} without a limit. */
  public int allowed() {
    return allowed(state.get());
  }

  /** The limit of the whole cluster; 0 = none, or a limit of each member. */
  public int clusterLimit() {
    return clusterLimit;
  }

  public boolean isFull() {
    long now = state.get();
    return inUse(now) >= allowed(now);
  }

  /** True when all are in use and the cluster may grant more. */
  public boolean mayGrow() {
    return clusterLimit != 0 && !exhausted && isFull();
  }

  private static long state(int allowed, int inUse) {
    return (long) allowed << Integer.SIZE | inUse;
  }

  private static int allowed(long state) {
    return (int) (state >>> Integer.SIZE);
  }

  private static int inUse(long state) {
    return (int) state;
  }
}
