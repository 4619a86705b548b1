package dev.fairlead.cluster.health;

import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's verdict from those of its probers: a backend is healthy as soon as one prober finds
 * it up, and down when all find it down. While one prober has no verdict, the others can only bring
 * the backend up.
 *
 * <pre>
 * up, down      healthy
 * down, down    down
 * down, ?       unchanged
 * ?, ?          unchanged
 * </pre>
 */
final class Agreement {
  private Agreement() {}

  /** From the verdict so far and one of each prober that counts; null = none, not decided. */
  static @Nullable Boolean decide(
      @Nullable Boolean current, Collection<? extends @Nullable Verdict> verdicts) {
    if (verdicts.stream().anyMatch(verdict -> verdict != null && verdict.up())) {
      return true;
    }
    boolean isComplete = !verdicts.isEmpty() && verdicts.stream().allMatch(Objects::nonNull);
    return isComplete ? Boolean.FALSE : current;
  }

  /** The verdict a new prober starts with: the cluster's, or before there is one, any peer's. */
  static @Nullable Boolean inherited(@Nullable Boolean current, Collection<Verdict> known) {
    if (current != null || known.isEmpty()) {
      return current;
    }
    return known.stream().anyMatch(Verdict::up);
  }
}
