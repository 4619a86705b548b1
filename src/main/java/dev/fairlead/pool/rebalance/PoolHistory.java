package dev.fairlead.pool.rebalance;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one pool in the last seconds. Sessions that were ended are missing until their
 * clients are back: the share is computed from the most that were there within {@link #WINDOW},
 * else the backends would seem to hold more than their share while clients are on their way. One
 * thread.
 */
public final class PoolHistory {
  /**
   * Seconds in which clients should be back. Raising it rebalances later after many clients have
   * left for good; lowering it ends too many sessions where clients wait before they connect again.
   */
  static final int WINDOW = 15;

  /**
   * Seconds for which backends and members must have been the same. Raising it starts later;
   * lowering it acts on counts that are about to change.
   */
  static final int SETTLED = 3;

  private final Deque<Long> totals = new ArrayDeque<>();
  private @Nullable Object view;
  private int same;

  /**
   * To be called every second.
   *
   * @param now what must not change: who takes sessions, and whose counts are known
   * @param total the sessions of the pool
   * @return the sessions to share out; empty = nothing is to be ended now
   */
  public OptionalLong observe(Object now, long total) {
    same = now.equals(view) ? same + 1 : 0;
    view = now;
    totals.addLast(total);
    if (totals.size() > WINDOW) {
      totals.removeFirst();
    }
    return same < SETTLED ? OptionalLong.empty() : totals.stream().mapToLong(Long::longValue).max();
  }
}
