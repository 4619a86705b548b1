package dev.fairlead.admission;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sources of one listener by address, least recently used out. Any thread; a known source is
 * found without a lock and without allocating.
 *
 * <p>Eviction follows Redis: of a few samples the least recently used one (<a
 * href="https://redis.io/docs/latest/develop/reference/eviction/">"Approximated LRU algorithm"</a>,
 * five samples). Theirs are random; here an iterator cycles through the map, five steps for each
 * new source, and more only while all samples have connections. The clock counts new sources: only
 * they make others old.
 */
final class RecentSources {
  /** Raising it evicts older sources, at the expense of time for each new one. */
  private static final int SAMPLES = 5;

  /** After so many samples that all have connections, one of those is evicted. */
  private static final int MAX_SAMPLES = 32;

  private final int bound;
  private final Consumer<SourceCount> onEvicted;
  private final ConcurrentHashMap<SourceKey, SourceCount> counts = new ConcurrentHashMap<>();

  /** The size of {@link #counts}, with the sources about to be added. */
  private final AtomicInteger reserved = new AtomicInteger();

  /** The number of sources ever added; wraps around. */
  private final AtomicInteger clock = new AtomicInteger();

  /** Cycles through {@link #counts}; guarded by this. */
  private Iterator<SourceCount> samples = counts.values().iterator();

  /**
   * @param onEvicted is called on any thread for each source that was removed
   */
  RecentSources(int bound, Consumer<SourceCount> onEvicted) {
    this.bound = bound;
    this.onEvicted = onEvicted;
  }

  int now() {
    return clock.get();
  }

  int size() {
    return counts.size();
  }

  @Nullable SourceCount find(InetAddress address) {
    SourceCount known = counts.get(SourceKey.probe(address));
    return known != null ? known : counts.get(SourceKey.of(address));
  }

  /** The count of {@code address}, added if missing; may evict any other. */
  SourceCount get(InetAddress address) {
    return Objects.requireNonNull(get(address, true));
  }

  /** {@link #get} that evicts only an idle one; null if there is none. */
  @Nullable SourceCount getIfRoom(InetAddress address) {
    return get(address, false);
  }

  private @Nullable SourceCount get(InetAddress address, boolean evenLive) {
    SourceCount known = find(address);
    return known == null && reserve(evenLive) ? add(SourceKey.of(address)) : known;
  }

  void forEach(Consumer<SourceCount> each) {
    counts.values().forEach(each);
  }

  synchronized void clear() {
    counts.values().forEach(this::evict);
  }

  private void evict(SourceCount one) {
    one.evict();
    remove(one);
  }

  /** Removes an evicted one; idempotent, since the evicting thread may not have come to it yet. */
  void remove(SourceCount one) {
    if (counts.remove(one.key(), one)) {
      reserved.decrementAndGet();
      onEvicted.accept(one);
    }
  }

  /** Reserves room for one source; with {@code evenLive} always, evicting any other. */
  private boolean reserve(boolean evenLive) {
    boolean hasRoom = reserved.incrementAndGet() <= bound || evict(evenLive) || evenLive;
    if (!hasRoom) {
      reserved.decrementAndGet();
    }
    return hasRoom;
  }

  /** Adds a source for which room is reserved, unless another thread was first. */
  private SourceCount add(SourceKey key) {
    clock.incrementAndGet();
    SourceCount made = new SourceCount(this, key);
    SourceCount before = counts.putIfAbsent(key, made);
    if (before != null) {
      reserved.decrementAndGet();
      return before;
    }
    return made;
  }

  /** Makes room for one source; false if none may be evicted. */
  private synchronized boolean evict(boolean evenLive) {
    while (true) {
      SourceCount idle = null;
      SourceCount any = null;
      int taken = 0;
      while (taken < SAMPLES || (idle == null && taken < MAX_SAMPLES)) {
        SourceCount one = next();
        if (one == null) {
          break;
        }
        idle = one.isIdle() ? older(idle, one) : idle;
        any = older(any, one);
        taken++;
      }
      if (idle != null && idle.evictEmpty()) {
        remove(idle);
        return true;
      }
      if (idle == null && any != null && evenLive) {
        evict(any);
        return true;
      }
      if (idle == null) {
        return false;
      }
      // The idle one got a connection in between: sample again.
    }
  }

  private SourceCount older(@Nullable SourceCount one, SourceCount other) {
    int now = now();
    return one == null || other.age(now) > one.age(now) ? other : one;
  }

  /** The next sample; null if the map is empty. */
  private @Nullable SourceCount next() {
    for (int rounds = 0; rounds < 2; rounds++) {
      while (samples.hasNext()) {
        SourceCount one = samples.next();
        // The iterator fetches one element ahead, which may be evicted by now.
        if (!one.isEvicted()) {
          return one;
        }
      }
      samples = counts.values().iterator();
    }
    return null;
  }
}
