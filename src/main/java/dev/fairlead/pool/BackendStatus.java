package dev.fairlead.pool;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What probes and sessions have found of one backend; outlives reloads, but not its leaving the
 * pool. Event loops write failures and take trials, only the context of the backends' health writes
 * the rest.
 */
final class BackendStatus {
  final AtomicInteger failuresInRow = new AtomicInteger();
  volatile boolean healthy = true;
  volatile AgentState agent = AgentState.NONE;
  volatile boolean ejected;
  volatile @Nullable Long backSince;
  volatile Backend.@Nullable HealthVerdict verdict;
  volatile @Nullable Instant ejectedUntil;

  /** The last one of this ejection. */
  private volatile @Nullable Trial trial;

  boolean isTrial(Trial.TrialState now) {
    Trial last = trial;
    return last != null && last.is(now);
  }

  /** Opens another one, unless one is open, under way or passed. */
  void openTrial() {
    if (trial == null || isTrial(Trial.TrialState.FAILED)) {
      trial = new Trial();
    }
  }

  /** Null = none is open. */
  @Nullable Trial takeTrial() {
    Trial last = trial;
    return last != null && last.take() ? last : null;
  }

  void ejected(boolean now) {
    trial = null;
    ejected = now;
  }
}
