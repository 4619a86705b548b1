package dev.fairlead.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What probes and sessions have found of one backend; outlives reloads, but not its leaving the
 * pool. Event loops write failures and trials, only the context of the backends' health the rest.
 */
final class BackendStatus {
  final AtomicInteger failuresInRow = new AtomicInteger();
  volatile boolean healthy = true;
  volatile boolean ejected;
  volatile @Nullable Long backSince;
  private final AtomicReference<Trial> trial = new AtomicReference<>(Trial.NONE);

  /**
   * The one session that an ejected backend may get for now.
   *
   * <pre>
   * NONE -> OPEN         a trial is due
   * OPEN -> UNDER_WAY    the next session that selects the backend takes it
   * UNDER_WAY -> PASSED  the session got a byte, or ended as it should
   * UNDER_WAY -> NONE    it failed
   * UNDER_WAY -> OPEN    it ended without evidence for the backend or against it
   * </pre>
   */
  enum Trial {
    NONE,
    OPEN,
    UNDER_WAY,
    PASSED
  }

  boolean isTrial(Trial now) {
    return trial.get() == now;
  }

  /** False = it is not {@code from}. */
  boolean trial(Trial from, Trial to) {
    // Reads first: event loops share the field, and there is hardly ever a trial.
    return trial.get() == from && trial.compareAndSet(from, to);
  }

  void ejected(boolean now) {
    trial.set(Trial.NONE);
    ejected = now;
  }
}
