package dev.fairlead.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counts of one backend of one pool on this member. Shared by every {@link Backend} of that
 * pool and id, whatever the configuration, and written by every event loop.
 */
final class BackendCounts {
  private final AtomicInteger active = new AtomicInteger();
  private final LongAdder total = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /** So many may be active. */
  private volatile int allowed = Integer.MAX_VALUE;

  /** Of the other members, written by the cluster's context alone. */
  private volatile int othersActive;

  boolean trySelect() {
    int now = active.get();
    while (now < allowed) {
      if (active.compareAndSet(now, now + 1)) {
        total.increment();
        return true;
      }
      now = active.get();
    }
    return false;
  }

  void allow(int sessions) {
    allowed = sessions;
  }

  boolean hasRoom() {
    return active.get() < allowed;
  }

  void released() {
    if (active.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
      throw new IllegalStateException("released more often than selected");
    }
  }

  void failed() {
    failures.increment();
  }

  int active() {
    return active.get();
  }

  int othersActive() {
    return othersActive;
  }

  void othersActive(int sessions) {
    othersActive = sessions;
  }

  long total() {
    return total.sum();
  }

  long failures() {
    return failures.sum();
  }
}
