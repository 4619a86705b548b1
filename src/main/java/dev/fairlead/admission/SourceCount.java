package dev.fairlead.admission;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * The live connections of one source address at one listener, on this member. All connections of a
 * source share the object; a connection that does not {@linkplain #release release} it exactly once
 * blocks its source. Any thread, lock-free.
 *
 * <p>A count may be evicted, see {@link SourceLimit}: its connections release it as before, and the
 * next connection of the source starts a new one.
 */
public final class SourceCount {
  /** Held by connections that are not counted. */
  static final SourceCount UNCOUNTED =
      new SourceCount(
          new RecentSources(0, evicted -> {}), SourceKey.of(InetAddress.getLoopbackAddress()));

  /** The sign bit of {@link #state}; the rest is the count. */
  private static final int EVICTED = Integer.MIN_VALUE;

  /** Spares an AtomicInteger for each of up to 100,000 sources. */
  private static final AtomicIntegerFieldUpdater<SourceCount> STATE =
      AtomicIntegerFieldUpdater.newUpdater(SourceCount.class, "state");

  private final RecentSources sources;
  private final SourceKey key;
  private volatile int state;

  /** Live connections at the other members by their latest rows. */
  volatile int others;

  /** Whether it is in the own row that the other members read. */
  volatile boolean listed;

  /**
   * In the clock of {@link RecentSources}. A race may store an older time, which only means an
   * earlier eviction.
   */
  private int usedAt;

  SourceCount(RecentSources sources, SourceKey key) {
    this.sources = sources;
    this.key = key;
    use();
  }

  public InetAddress address() {
    return key.address();
  }

  /** Live connections of this member, never negative. */
  public int active() {
    return state & ~EVICTED;
  }

  /**
   * Uncounts a connection that has ended.
   *
   * @throws IllegalStateException if none is counted; the count stays 0
   */
  public void release() {
    if (this == UNCOUNTED) {
      return;
    }
    use();
    int before = STATE.getAndUpdate(this, now -> (now & ~EVICTED) == 0 ? now : now - 1);
    if ((before & ~EVICTED) == 0) {
      throw new IllegalStateException("released more often than taken");
    }
  }

  /**
   * Counts a connection if there are fewer than {@code max}, those at other members included if
   * {@code ofCluster}.
   *
   * @return false if the limit is reached, or if this was evicted
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

  SourceKey key() {
    return key;
  }

  /** How many sources were added since this one was used. */
  int age(int now) {
    return now - usedAt;
  }

  /** Whether an eviction loses nothing. */
  boolean isIdle() {
    return state == 0 && others == 0;
  }

  boolean isEvicted() {
    return state < 0;
  }

  boolean evictEmpty() {
    return STATE.compareAndSet(this, 0, EVICTED);
  }

  /** Counts no more connections from now on; those counted can still be released. */
  void evict() {
    STATE.getAndUpdate(this, now -> now | EVICTED);
  }

  private void use() {
    usedAt = sources.now();
  }
}
