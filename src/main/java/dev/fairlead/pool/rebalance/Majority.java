package dev.fairlead.pool.rebalance;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether this part of the cluster has more than half of the members of the last whole one: the
 * smaller part of a split lacks the sessions of the other, and must not judge by what it sees; of
 * two halves neither may. Members that drained before they left do not count. One thread.
 *
 * <pre>
 * a, b, c; c is cut off       a and b have 2 of 3: true; c has 1 of 3: false
 * b too leaves later          a has 1 of 2: false
 * c is the only one left      false for ten minutes, then c is the whole cluster
 * </pre>
 */
public final class Majority {
  /**
   * After which the part that is left is the whole cluster. Raising it does nothing for longer
   * after most members died; lowering it acts in the smaller part of a long split.
   */
  private static final long RETENTION_NANOS = Duration.ofMinutes(10).toNanos();

  /**
   * In which the members that leave together are seen to. Raising it notices later that a cluster
   * has become smaller; lowering it takes a split for members that leave one by one.
   */
  private static final long SETTLING_NANOS = Duration.ofSeconds(10).toNanos();

  private Set<String> whole = Set.of();
  private Set<String> present = Set.of();
  private Set<String> drained = Set.of();
  private long changedAt;

  /** To be called every second with the ids of all members, and of those that drain. */
  public boolean observe(Set<String> members, Set<String> draining, long nowNanos) {
    if (!present.equals(members)) {
      Set<String> left = new HashSet<>(present);
      left.retainAll(drained);
      Set<String> expected = new HashSet<>(whole);
      expected.removeAll(left);
      expected.addAll(members);
      whole = expected;
      changedAt = nowNanos;
    }
    present = Set.copyOf(members);
    drained = Set.copyOf(draining);
    boolean isMajority = present.size() * 2 > whole.size();
    long since = nowNanos - changedAt;
    if (since >= RETENTION_NANOS || (isMajority && since >= SETTLING_NANOS)) {
      whole = present;
    }
    return isMajority;
  }
}
