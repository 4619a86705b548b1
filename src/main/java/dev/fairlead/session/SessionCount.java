package dev.fairlead.session;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many sessions this member has, over all its event loops, and how many it may have.
 * Thread-safe.
 */
public final class SessionCount {
  private final AtomicInteger live = new AtomicInteger();
  private final int max;

  /**
   * @param max at least 1
   */
  public SessionCount(int max) {
    this.max = max;
  }

  public int live() {
    return live.get();
  }

  public int max() {
    return max;
  }

  /** True when no further client should be accepted. */
  public boolean isFull() {
    return live.get() >= max;
  }

  void opened() {
    live.incrementAndGet();
  }

  /** True when this has made room for another one. */
  boolean closed() {
    return live.getAndDecrement() == max;
  }
}
