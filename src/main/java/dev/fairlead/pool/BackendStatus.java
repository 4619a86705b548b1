package dev.fairlead.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether one backend of one pool is well, as this member sees it. Shared by every {@link Backend}
 * of that pool and id, whatever the configuration. Failures are counted by every event loop;
 * whoever cares for the backends writes the rest, on one thread.
 */
final class BackendStatus {
  /** False while the probes say that it is down. */
  private volatile boolean healthy = true;

  /** True while it is left alone for its failures. */
  private volatile boolean ejected;

  /** When it began to take sessions again, as {@link System#nanoTime}; null = it always has. */
  private volatile Long backSince;

  private final AtomicInteger failuresInRow = new AtomicInteger();

  boolean isHealthy() {
    return healthy;
  }

  void healthy(boolean well) {
    healthy = well;
  }

  boolean isEjected() {
    return ejected;
  }

  void ejected(boolean leftAlone) {
    ejected = leftAlone;
  }

  Long backSince() {
    return backSince;
  }

  void backSince(Long nanos) {
    backSince = nanos;
  }

  void failed() {
    failuresInRow.incrementAndGet();
  }

  /** Only writes when there is something to forget: event loops share it. */
  void worked() {
    if (failuresInRow.get() != 0) {
      failuresInRow.set(0);
    }
  }

  int failuresInRow() {
    return failuresInRow.get();
  }
}
