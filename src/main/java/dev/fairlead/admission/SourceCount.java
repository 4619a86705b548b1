package dev.fairlead.admission;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * The live connections of one source address at one listener, on this member. All connections of a
 * source share one, so each must give back its own exactly once. Any thread; nothing blocks.
 *
 * <p>A count may be forgotten, see {@link SourceLimit}: whoever holds it gives back as before, and
 * the source's next connection gets another one.
 */
public final class SourceCount {
  /** What connections hold that nobody counts. */
  static final SourceCount UNCOUNTED = new SourceCount(null, null);

  /** The sign bit of {@link #state}; the rest is the count. */
  private static final int FORGOTTEN = Integer.MIN_VALUE;

  /** No object of its own for each of up to 100,000 sources. */
  private static final AtomicIntegerFieldUpdater<SourceCount> STATE =
      AtomicIntegerFieldUpdater.newUpdater(SourceCount.class, "state");

  private final Sources home;
  private final SourceKey key;
  private volatile int state;

  /** Live connections at the other members, as far as they told. */
  private volatile int others;

  /** Whether it is among those to be told to the other members. */
  private volatile boolean listed;

  /**
   * By the clock of {@link Sources}. A race may leave an older time, which only makes it go out
   * sooner.
   */
  private int usedAt;

  SourceCount(Sources home, SourceKey key) {
    this.home = home;
    this.key = key;
    use();
  }

  /** Whose connections these are. */
  public InetAddress address() {
    return key.address();
  }

  /** Live connections of this member, never negative. */
  public int active() {
    return state & ~FORGOTTEN;
  }

  /**
   * A connection that was counted has ended.
   *
   * @throws IllegalStateException if none was; the count stays 0
   */
  public void release() {
    if (this == UNCOUNTED) {
      return;
    }
    use();
    int before = STATE.getAndUpdate(this, now -> (now & ~FORGOTTEN) == 0 ? now : now - 1);
    if ((before & ~FORGOTTEN) == 0) {
      throw new IllegalStateException("released more often than taken");
    }
  }

  /**
   * Counts a connection if there are fewer than {@code max}, with those of the others if {@code
   * ofCluster}.
   *
   * @return false when there are so many, or when this is forgotten
   */
  boolean tryTake(int max, boolean ofCluster) {
    long room = max - (long) (ofCluster ? others : 0);
    int now = state;
    while (now >= 0 && now < room) {
      if (STATE.compareAndSet(this, now, now + 1)) {
        use();
        return true;
      }
      now = state;
    }
    return false;
  }

  void others(int count) {
    others = count;
  }

  int others() {
    return others;
  }

  boolean isListed() {
    return listed;
  }

  void listed(boolean toBeTold) {
    listed = toBeTold;
  }

  SourceKey key() {
    return key;
  }

  /** How many sources came since this one was used. */
  int age(int now) {
    return now - usedAt;
  }

  /** Whether it may be forgotten without harm. */
  boolean isIdle() {
    return state == 0 && others == 0;
  }

  boolean isForgotten() {
    return state < 0;
  }

  /** Takes no more connections from now on, if it has none. */
  boolean forgetEmpty() {
    return STATE.compareAndSet(this, 0, FORGOTTEN);
  }

  /** Takes no more connections from now on; those it has can still be given back. */
  void forget() {
    STATE.getAndUpdate(this, now -> now | FORGOTTEN);
  }

  private void use() {
    if (home != null) {
      usedAt = home.now();
    }
  }
}
