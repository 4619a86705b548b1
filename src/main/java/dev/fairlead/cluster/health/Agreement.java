package dev.fairlead.cluster.health;

import java.util.Collection;
import java.util.Objects;

/**
 * What the cluster makes of its probers' verdicts: a backend is healthy as soon as one says up, and
 * down when all say so. As long as one of them has not decided, the rest can only bring it up.
 *
 * <pre>
 * up, down      healthy
 * down, down    down
 * down, ?       as before
 * ?, ?          as before
 * </pre>
 */
final class Agreement {
  private Agreement() {}

  /**
   * The verdict of the cluster from now on.
   *
   * @param current what it was, null = nobody has ever decided
   * @param verdicts one for each prober that counts, null = it has not decided
   */
  static Boolean decide(Boolean current, Collection<Verdict> verdicts) {
    if (verdicts.stream().anyMatch(verdict -> verdict != null && verdict.up())) {
      return true;
    }
    boolean isComplete = !verdicts.isEmpty() && verdicts.stream().allMatch(Objects::nonNull);
    return isComplete ? Boolean.FALSE : current;
  }

  /**
   * What a new prober begins with: what the cluster thinks, and before it does, what any member
   * thinks.
   *
   * @param heard all verdicts there are
   * @return null = nobody has ever decided
   */
  static Boolean inherited(Boolean current, Collection<Verdict> heard) {
    if (current != null || heard.isEmpty()) {
      return current;
    }
    return heard.stream().anyMatch(Verdict::up);
  }
}
