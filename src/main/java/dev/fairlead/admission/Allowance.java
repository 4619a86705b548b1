package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.function.IntConsumer;

/**
 * How many of something may be in use on this member: any number, as many as the configuration
 * says, or the part that this member holds of what the cluster may have. Thread-safe; reading costs
 * one volatile read.
 */
public final class Allowance {
  /** Stands for any number. */
  public static final int ANY = Integer.MAX_VALUE;

  private final IntConsumer changed;
  private volatile int allowed = ANY;

  /** Of the cluster; 0 = there is no limit, or it is not the cluster's. */
  private volatile int shared;

  private volatile boolean exhausted;

  /** One that is only asked. */
  public Allowance() {
    this(count -> {});
  }

  /** {@code changed} is told of each change, with a lock held, in their order. */
  public Allowance(IntConsumer changed) {
    this.changed = changed;
  }

  /**
   * What the configuration says from now on.
   *
   * @param limit 0 = none
   * @param inUse so many are in use: with a limit of the cluster they stay allowed, and more has to
   *     be held first
   */
  public synchronized void configure(int limit, LimitScope scope, int inUse) {
    boolean ofCluster = limit > 0 && scope == LimitScope.CLUSTER;
    if (!ofCluster) {
      allowed = limit == 0 ? ANY : limit;
    } else if (shared == 0) {
      allowed = Math.min(inUse, limit);
      exhausted = false;
    } else {
      allowed = Math.min(allowed, limit);
    }
    shared = ofCluster ? limit : 0;
    changed.accept(allowed);
  }

  /**
   * This member holds {@code count} from now on; of no meaning when the limit is not the cluster's.
   *
   * @return whether it is more than before
   */
  public synchronized boolean hold(int count) {
    boolean more = shared != 0 && count > allowed;
    if (shared != 0) {
      allowed = count;
      changed.accept(count);
    }
    return more;
  }

  /** The cluster has no more to give, or it may have. */
  public void exhausted(boolean none) {
    exhausted = none;
  }

  /** So many may be in use on this member now; {@link #ANY} = any number. */
  public int allowed() {
    return allowed;
  }

  /** So many the whole cluster may have; 0 = there is no limit, or it is not the cluster's. */
  public int shared() {
    return shared;
  }

  /** True when {@code inUse} are all there may be, and the cluster has not said it has no more. */
  public boolean mayGrow(int inUse) {
    return shared != 0 && !exhausted && inUse >= allowed;
  }
}
