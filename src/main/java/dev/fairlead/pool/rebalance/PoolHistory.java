package dev.fairlead.pool.rebalance;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
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
  public static final int WINDOW = 15;

  /**
   * Seconds for which backends and members must have been the same. Raising it starts later;
   * lowering it acts on counts that are about to change.
   */
  static final int SETTLED = 3;

  /**
   * Seconds for which a backend that is down is waited for. Raising it leaves the others uneven for
   * longer when it does not come back; lowering it shares out among the others what it would take
   * back, so that the same clients are ended twice.
   */
  public static final int AWAITED = 600;

  /**
   * How many times its part a member ends before the pool rests. Raising it ends more sessions in
   * vain; lowering it rests where other members have no quiet sessions, whose part it takes over.
   */
  private static final int PERSISTENCE = 2;

  private final Deque<Long> totals = new ArrayDeque<>();

  /** Seconds, by backend. */
  private final Map<String, Integer> downFor = new HashMap<>();

  private @Nullable Object view;
  private int same;

  /** The most that this member was to end since there was something, and what it has ended. */
  private long part;

  private long ended;

  /** Seconds since when nobody has had anything to end. */
  private int even;

  /** Seconds for which nothing is ended any more. */
  private int resting;

  /**
   * To be called every second.
   *
   * @param now what must not change: who takes sessions, and whose counts are known
   * @param down the backends that would take sessions if they were not down
   * @param total the sessions of the pool
   * @return the sessions to share out; empty = nothing is to be ended now
   */
  public OptionalLong observe(Object now, Set<String> down, long total) {
    same = now.equals(view) ? same + 1 : 0;
    view = now;
    resting = same == 0 ? 0 : Math.max(0, resting - 1);
    if (same == 0) {
      part = 0;
      ended = 0;
    }
    downFor.keySet().retainAll(down);
    down.forEach(each -> downFor.merge(each, 1, Integer::sum));
    totals.addLast(total);
    if (totals.size() > WINDOW) {
      totals.removeFirst();
    }
    boolean isAwaiting = downFor.values().stream().anyMatch(seconds -> seconds <= AWAITED);
    return same < SETTLED || isAwaiting
        ? OptionalLong.empty()
        : totals.stream().mapToLong(Long::longValue).max();
  }

  /**
   * Whether it helps to end sessions; to be called after {@link #observe}. Where a member has ended
   * far more than its part, they do not come back where they are missing: a backend loses its
   * sessions, say. Then the pool rests for ten minutes, or until backends or members change, else
   * all sessions would be ended little by little.
   *
   * @param plan of this second
   * @param member this one
   */
  public boolean isHelpful(RebalancePlan plan, String member) {
    long own = plan.needed(member);
    // By how much that may be wrong.
    int slack = plan.loads().size();
    even = plan.isEven() ? even + 1 : 0;
    if (even > 2 * WINDOW) {
      part = 0;
      ended = 0;
    }
    part = Math.max(part, own);
    if (resting == 0 && ended > PERSISTENCE * part + slack) {
      resting = AWAITED;
      part = 0;
      ended = 0;
    }
    return resting == 0;
  }

  /** So many sessions of this member were ended. */
  public void ended(int count) {
    ended += count;
  }

  /** Whether the pool has just begun to rest. */
  public boolean restsNow() {
    return resting == AWAITED;
  }
}
