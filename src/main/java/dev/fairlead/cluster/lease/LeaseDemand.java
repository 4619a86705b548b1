package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import java.util.concurrent.TimeUnit;

/**
 * Whether what is missed of one limit can be had: tells {@link Leased#exhausted}, and when the
 * others are to be asked. On the cluster's context only.
 */
final class LeaseDemand {
  /** So long the others have to give back what they do not use, once they were asked. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long HINT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private boolean isUnmet;
  private long unmetSince;
  private boolean isExhausted;
  private boolean hasHint;
  private boolean hasHinted;
  private long hintedAt;

  /**
   * After a look at the map.
   *
   * @param isShort something is missed
   * @param isAll this member has all there is
   * @param hasGrown it got more than it had
   */
  void looked(Leased leased, long now, boolean isShort, boolean isAll, boolean hasGrown) {
    if (!isShort) {
      met(leased);
      return;
    }
    if (!isUnmet || hasGrown) {
      isUnmet = true;
      unmetSince = now;
    }
    if (isAll || now - unmetSince >= PATIENCE_NANOS) {
      tell(leased, true);
    }
  }

  /** Nothing is missed. */
  void met(Leased leased) {
    isUnmet = false;
    tell(leased, false);
  }

  /** It is another object for the same limit now. */
  void followed(Leased next) {
    if (isExhausted) {
      next.exhausted(true);
    }
  }

  /** The others should look. */
  void hint() {
    hasHint = true;
  }

  /** Whether the others are to be asked now. */
  boolean takeHint(long now) {
    if (!hasHint || (hasHinted && now - hintedAt < HINT_NANOS)) {
      return false;
    }
    hasHint = false;
    hasHinted = true;
    hintedAt = now;
    return true;
  }

  private void tell(Leased leased, boolean exhausted) {
    if (isExhausted != exhausted) {
      isExhausted = exhausted;
      leased.exhausted(exhausted);
    }
  }
}
