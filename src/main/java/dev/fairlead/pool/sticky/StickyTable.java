package dev.fairlead.pool.sticky;

import dev.fairlead.admission.SourceKey;
import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.pool.sticky.KeptSource.Selection;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The backends that the sources of one pool keep: at most {@code size}, least recently used out, of
 * five samples as in Redis (<a
 * href="https://redis.io/docs/latest/develop/reference/eviction/">"Approximated LRU
 * algorithm"</a>). Any thread; a known source is found and renewed without a lock, only a new one
 * that finds the table full takes one for its samples.
 *
 * <p>Members tell each other what is new or renewed ({@link #takeNews}, {@link #learn}) and come to
 * the same table whatever the order of messages: of two choices the same one wins everywhere. A
 * renewal is told at most every tenth of {@code ttl}, so a peer may forget a source that much
 * early. Whatever is lost is a loss of stickiness only: the next session is balanced.
 *
 * <pre>
 * member a chooses b1 at 10:00:00.000, member b chooses b2 at 10:00:00.007    both keep b2
 * b2 is down, a chooses b3 at 10:00:05, its clock 10 s slow                   b3, stamp of b2 + 1
 * </pre>
 */
public final class StickyTable {
  /** Raising it evicts older sources, at the expense of time for each new one. */
  private static final int SAMPLES = 5;

  /** The part of {@code ttl} after which a renewal is told to the peers. */
  private static final int RENEWALS = 10;

  /** A stamp further ahead is none: no clock is that wrong, and it would win for as long. */
  private static final long MAX_AHEAD_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final KeptSources sources;
  private final LongSupplier nanos;
  private final LongSupplier wallMillis;
  private final int size;
  private final long ttlNanos;

  /** What outlives a change of the configuration. */
  private static final class KeptSources {
    private final ConcurrentHashMap<SourceKey, KeptSource> byKey = new ConcurrentHashMap<>();

    /** The size of {@link #byKey}, with the sources about to be added. */
    private final AtomicInteger reserved = new AtomicInteger();

    private final LongAdder evicted = new LongAdder();

    /** Each source at most once; the peers are to be told of them. */
    private final Queue<KeptSource> news = new ConcurrentLinkedQueue<>();

    /** Cycles through {@link #byKey}; guarded by this. */
    private Iterator<KeptSource> samples = byKey.values().iterator();
  }

  /**
   * What members tell each other of a source.
   *
   * @param ageMillis since its last session began
   */
  public record KeptNews(InetAddress source, String backend, long stamp, long ageMillis) {}

  public StickyTable(Stickiness config) {
    this(config, new KeptSources(), System::nanoTime, System::currentTimeMillis);
  }

  /** With {@code nanos} in place of {@link System#nanoTime}, and another wall clock. */
  StickyTable(Stickiness config, LongSupplier nanos, LongSupplier wallMillis) {
    this(config, new KeptSources(), nanos, wallMillis);
  }

  private StickyTable(
      Stickiness config, KeptSources sources, LongSupplier nanos, LongSupplier wallMillis) {
    this.sources = sources;
    this.nanos = nanos;
    this.wallMillis = wallMillis;
    this.size = config.size();
    this.ttlNanos = config.ttl().toNanos();
  }

  /** The same sources under another configuration. */
  public StickyTable with(Stickiness config) {
    return new StickyTable(config, sources, nanos, wallMillis);
  }

  /** What {@code source} keeps; null = nothing, or no longer. */
  public @Nullable KeptSource find(InetAddress source) {
    KeptSource known = sources.byKey.get(SourceKey.probe(source));
    if (known == null && source instanceof Inet6Address) {
      known = sources.byKey.get(SourceKey.of(source));
    }
    return known == null || isOver(known, nanos.getAsLong()) ? null : known;
  }

  /**
   * A session of {@code source} begins at {@code backend}, which it keeps from now on.
   *
   * @param known what {@link #find} has returned
   */
  public void keep(InetAddress source, @Nullable KeptSource known, String backend) {
    long now = nanos.getAsLong();
    // One that is over stays until it is tidied away: the new choice takes its place.
    KeptSource there = known == null ? sources.byKey.get(SourceKey.of(source)) : known;
    if (there == null) {
      add(source, new Selection(backend, wallMillis.getAsLong()), now, true);
    } else {
      choose(there, backend, now);
    }
  }

  private void choose(KeptSource known, String backend, long now) {
    Selection before = known.selection();
    known.used(now);
    if (!before.backend().equals(backend)) {
      long stamp = Math.max(wallMillis.getAsLong(), before.stamp() + 1);
      // Who was quicker on another loop has chosen at the same time: one of both stays.
      known.replace(before, new Selection(backend, stamp));
      tell(known, now);
    } else if (!known.isSharedSince(now - ttlNanos / RENEWALS)) {
      tell(known, now);
    }
  }

  private void tell(KeptSource one, long now) {
    one.shared(now);
    if (one.enqueue()) {
      sources.news.add(one);
    }
  }

  private void add(InetAddress source, Selection selection, long usedAt, boolean isNews) {
    SourceKey key = SourceKey.of(source);
    KeptSource made = new KeptSource(key, selection, usedAt);
    if (sources.reserved.incrementAndGet() > size) {
      evict();
    }
    KeptSource before = sources.byKey.putIfAbsent(key, made);
    if (before != null) {
      sources.reserved.decrementAndGet();
      merge(before, selection, usedAt);
    } else if (isNews) {
      tell(made, usedAt);
    }
  }

  /** What a peer has told; of any order, and as often as it comes. */
  public void learn(KeptNews news) {
    long now = nanos.getAsLong();
    long age = TimeUnit.MILLISECONDS.toNanos(Math.max(0, news.ageMillis()));
    if (age >= ttlNanos || news.stamp() > wallMillis.getAsLong() + MAX_AHEAD_MILLIS) {
      return;
    }
    Selection selection = new Selection(news.backend(), news.stamp());
    KeptSource known = sources.byKey.get(SourceKey.of(news.source()));
    if (known == null) {
      add(news.source(), selection, now - age, false);
    } else {
      merge(known, selection, now - age);
    }
  }

  private void merge(KeptSource known, Selection other, long usedAt) {
    Selection own = known.selection();
    while (other.winsOver(own) && !known.replace(own, other)) {
      own = known.selection();
    }
    known.used(usedAt);
    known.shared(usedAt);
    if (own.winsOver(other) && !own.backend().equals(other.backend())) {
      // The peer does not know the choice that won: what told it is lost or still on its way.
      tell(known, known.usedAt());
    }
  }

  /** What the peers are to be told, at most {@code max}; the rest is for the next time. */
  public List<KeptNews> takeNews(int max) {
    List<KeptNews> taken = new ArrayList<>();
    long now = nanos.getAsLong();
    while (taken.size() < max) {
      KeptSource next = sources.news.poll();
      if (next == null) {
        break;
      }
      next.dequeued();
      if (!isOver(next, now)) {
        Selection is = next.selection();
        long age = TimeUnit.NANOSECONDS.toMillis(Math.max(0, now - next.usedAt()));
        taken.add(new KeptNews(next.address(), is.backend(), is.stamp(), age));
      }
    }
    return taken;
  }

  /** All that is kept becomes news: a peer does not have it. Linear. */
  public void tellAll() {
    for (KeptSource each : sources.byKey.values()) {
      if (each.enqueue()) {
        sources.news.add(each);
      }
    }
  }

  /** Forgets what is over, and what is too much for the configuration. Linear. */
  public void tidy() {
    long now = nanos.getAsLong();
    for (KeptSource each : sources.byKey.values()) {
      if (isOver(each, now)) {
        remove(each);
      }
    }
    while (sources.reserved.get() > size && evict()) {
      // Until it fits.
    }
  }

  /** How many sources keep a backend. */
  public int count() {
    return sources.byKey.size();
  }

  /** How many sources were forgotten before their time, because the table was full. */
  public long evicted() {
    return sources.evicted.sum();
  }

  private boolean isOver(KeptSource one, long now) {
    return now - one.usedAt() >= ttlNanos;
  }

  private void remove(KeptSource one) {
    if (sources.byKey.remove(one.key(), one)) {
      sources.reserved.decrementAndGet();
    }
  }

  /** Removes the least recently used one of the next samples; false if there is none. */
  private boolean evict() {
    synchronized (sources) {
      KeptSource oldest = null;
      for (int taken = 0; taken < SAMPLES; taken++) {
        KeptSource next = nextSample();
        if (next != null && (oldest == null || next.usedAt() - oldest.usedAt() < 0)) {
          oldest = next;
        }
      }
      if (oldest != null) {
        if (!isOver(oldest, nanos.getAsLong())) {
          sources.evicted.increment();
        }
        remove(oldest);
      }
      return oldest != null;
    }
  }

  private @Nullable KeptSource nextSample() {
    if (!sources.samples.hasNext()) {
      sources.samples = sources.byKey.values().iterator();
    }
    return sources.samples.hasNext() ? sources.samples.next() : null;
  }
}
