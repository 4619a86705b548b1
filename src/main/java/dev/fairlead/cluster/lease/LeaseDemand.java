package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import java.util.concurrent.TimeUnit;

/**
 * Whether other members may still hold unused permits of one limit: reports {@link
 * Leased#exhausted}, and paces the requests to give them back. While a limit is not exhausted its
 * waiting clients are kept; without the report they would wait for permits that never come. On the
 * cluster's context only.
 *
 * <pre>
 *   0 ms  10 wanted, 4 granted: peers are asked for surplus
 * 100 ms  none was given back: exhausted
 * 700 ms  6 granted: not exhausted
 * </pre>
 */
final class LeaseDemand {
  /**
   * The time peers have to give surplus back. Raising it keeps clients waiting when there is none;
   * lowering it refuses clients although a slow peer had some.
   */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Between two requests to peers. Raising it slows the transfer; lowering it costs messages. */
  private static final long REQUEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private boolean isUnmet;
  private long unmetSince;
  private boolean isExhausted;
  private boolean isRequestDue;
  private boolean hasRequested;
  private long requestedAt;

  /** To be called after each refresh; {@code hasAll}: this member has all permits there are. */
  void refreshed(Leased leased, long now, boolean isShort, boolean hasAll, boolean hasGrown) {
    if (!isShort) {
      met(leased);
      return;
    }
    if (!isUnmet || hasGrown) {
      isUnmet = true;
      unmetSince = now;
    }
    if (hasAll || now - unmetSince >= PATIENCE_NANOS) {
      report(leased, true);
    }
  }

  void met(Leased leased) {
    isUnmet = false;
    report(leased, false);
  }

  /** Another object stands for the same limit from now on. */
  void followed(Leased next) {
    if (isExhausted) {
      next.exhausted(true);
    }
  }

  /** The peers should be asked to give back surplus. */
  void request() {
    isRequestDue = true;
  }

  boolean takeRequest(long now) {
    if (!isRequestDue || (hasRequested && now - requestedAt < REQUEST_NANOS)) {
      return false;
    }
    isRequestDue = false;
    hasRequested = true;
    requestedAt = now;
    return true;
  }

  private void report(Leased leased, boolean exhausted) {
    if (isExhausted != exhausted) {
      isExhausted = exhausted;
      leased.exhausted(exhausted);
    }
  }
}
