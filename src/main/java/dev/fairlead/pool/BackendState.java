package dev.fairlead.pool;

import dev.fairlead.admission.Permits;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts and status of one backend on this member. Shared by all {@link Backend}s of a pool and id,
 * so that they outlive a reload. Counts are written by every event loop, the status by the context
 * of the backends' health alone, the other members' sessions by the cluster's context alone.
 */
final class BackendState {
  /** One permit in use for each live session. */
  final Permits sessions = new Permits();

  final LongAdder total = new LongAdder();
  final LongAdder failures = new LongAdder();
  private final AtomicInteger failuresInRow = new AtomicInteger();

  /** Live sessions of the other members by their latest rows. */
  volatile int othersActive;

  /** False while the health checks find it down. */
  volatile boolean healthy = true;

  /** True while it is ejected for its failures. */
  volatile boolean ejected;

  /** When it last began to take sessions, as {@link System#nanoTime}; null if it always has. */
  volatile @Nullable Long backSince;

  boolean trySelect() {
    boolean selected = sessions.tryTake();
    if (selected) {
      total.increment();
    }
    return selected;
  }

  void failed() {
    failures.increment();
    failuresInRow.incrementAndGet();
  }

  /** Writes only when there is a failure to forget: event loops share the field. */
  void worked() {
    if (failuresInRow.get() != 0) {
      failuresInRow.set(0);
    }
  }

  int failuresInRow() {
    return failuresInRow.get();
  }
}
