package dev.fairlead.admission;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The sources of one listener by address, a bounded number: a new one pushes out one that was not
 * used for long. Any thread; a known source is found without a lock and without allocating.
 *
 * <p>Which one goes is decided as Redis does, by looking at a few and taking the oldest of them (<a
 * href="https://redis.io/docs/latest/develop/reference/eviction/">"Approximated LRU algorithm"</a>,
 * five samples). Theirs are drawn at random; here a walk goes round the map, five steps for each
 * newcomer, and further only as long as all that it met have connections. Time is counted in
 * newcomers: nobody else makes anything old.
 */
final class Sources {
  private static final int SAMPLES = 5;

  /** After so many that all have connections, one of them goes. */
  private static final int MAX_SAMPLES = 32;

  private final int bound;
  private final Consumer<SourceCount> forgotten;
  private final ConcurrentHashMap<SourceKey, SourceCount> counts = new ConcurrentHashMap<>();

  /** Those in {@link #counts}, and those that are about to be. */
  private final AtomicInteger places = new AtomicInteger();

  /** How many sources ever came, which is the clock; wraps around. */
  private final AtomicInteger clock = new AtomicInteger();

  /** Where the walk is; guarded by this. */
  private Iterator<SourceCount> walk = counts.values().iterator();

  /** {@code forgotten} is told of each that goes; on any thread. */
  Sources(int bound, Consumer<SourceCount> forgotten) {
    this.bound = bound;
    this.forgotten = forgotten;
  }

  int now() {
    return clock.get();
  }

  int size() {
    return counts.size();
  }

  /** Null = there is none. */
  SourceCount find(InetAddress address) {
    SourceCount known = counts.get(SourceKey.probe(address));
    return known != null ? known : counts.get(SourceKey.of(address));
  }

  /** The one of {@code address}, which may be new and may have pushed out any other. */
  SourceCount get(InetAddress address) {
    SourceCount known = counts.get(SourceKey.probe(address));
    return known != null ? known : make(SourceKey.of(address), true);
  }

  /** {@link #get}, but only an idle one is pushed out; null = there is none. */
  SourceCount getIfRoom(InetAddress address) {
    SourceCount known = counts.get(SourceKey.probe(address));
    return known != null ? known : make(SourceKey.of(address), false);
  }

  void forEach(Consumer<SourceCount> each) {
    counts.values().forEach(each);
  }

  /** Forgets all. */
  synchronized void clear() {
    counts
        .values()
        .forEach(
            one -> {
              one.forget();
              remove(one);
            });
  }

  /** Takes out one that is forgotten, if whoever forgot it has not got so far yet. */
  void remove(SourceCount one) {
    if (counts.remove(one.key(), one)) {
      places.decrementAndGet();
      forgotten.accept(one);
    }
  }

  private SourceCount make(SourceKey key, boolean evenLive) {
    SourceCount known = counts.get(key);
    if (known != null) {
      return known;
    }
    if (places.incrementAndGet() > bound && !evict(evenLive) && !evenLive) {
      places.decrementAndGet();
      return null;
    }
    clock.incrementAndGet();
    SourceCount made = new SourceCount(this, key);
    SourceCount before = counts.putIfAbsent(key, made);
    if (before != null) {
      places.decrementAndGet();
      return before;
    }
    return made;
  }

  /** Makes room for one; fails when nobody may go. */
  private synchronized boolean evict(boolean evenLive) {
    while (true) {
      SourceCount idle = null;
      SourceCount any = null;
      int samples = 0;
      while (samples < SAMPLES || (idle == null && samples < MAX_SAMPLES)) {
        SourceCount one = next();
        if (one == null) {
          break;
        }
        idle = one.isIdle() ? older(idle, one) : idle;
        any = older(any, one);
        samples++;
      }
      if (idle != null && idle.forgetEmpty()) {
        remove(idle);
        return true;
      }
      if (idle == null && any != null && evenLive) {
        any.forget();
        remove(any);
        return true;
      }
      if (idle == null) {
        return false;
      }
      // The idle one has just been taken: another one, then.
    }
  }

  private SourceCount older(SourceCount one, SourceCount other) {
    int now = now();
    return one == null || other.age(now) > one.age(now) ? other : one;
  }

  /** The next of the walk, round and round; null = there is none. */
  private SourceCount next() {
    int rounds = 0;
    while (rounds < 2) {
      if (!walk.hasNext()) {
        walk = counts.values().iterator();
        rounds++;
      } else {
        SourceCount one = walk.next();
        // An iterator holds the next one already, which may be gone by now.
        if (!one.isForgotten()) {
          return one;
        }
      }
    }
    return null;
  }
}
