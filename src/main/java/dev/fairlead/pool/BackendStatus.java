package dev.fairlead.pool;

import java.time.Duration;
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
  volatile @Nullable LastCheck lastCheck;

  /** Since when it is down, as {@link System#nanoTime}; null = it is not. */
  private volatile @Nullable Long downAt;

  /** Of the times that are over. */
  private volatile long downNanos;

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

  boolean isHealthy() {
    return healthy && agent.down() == null;
  }

  /** To be called after each change of {@link #healthy} or {@link #agent}. */
  void timeDowns() {
    Long since = downAt;
    if (isHealthy() && since != null) {
      long before = downNanos;
      downNanos = before + System.nanoTime() - since;
      downAt = null;
    } else if (!isHealthy() && since == null) {
      downAt = System.nanoTime();
    }
  }

  /** How long it is down now; zero = it is not. */
  Duration downFor() {
    Long since = downAt;
    return since == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
  }

  /** How long it was down since this member knows it, the time until now included. */
  Duration downTotal() {
    return downFor().plusNanos(downNanos);
  }

  void ejected(boolean now) {
    trial = null;
    ejected = now;
  }
}
