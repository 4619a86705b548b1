package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.pool.sticky.KeptSource;
import dev.fairlead.pool.sticky.StickyTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends under one configuration, and the choice among them. Shared by all event
 * loops. Only the backends' state changes, and the choice: one volatile cell that {@link #refresh}
 * replaces. A change of status has no effect without a refresh.
 */
public final class Pool {
  private final PoolConfig config;

  /** As discovered, including those that are not in {@link #backends}: configured ones win. */
  private final List<BackendConfig> found;

  private final List<Backend> backends;

  /** One of {@link #backends} or none. */
  private final List<Backend> rejecting;

  /** Of round-robin; passed on to the pool that replaces this one. */
  private final AtomicLong position;

  /** What sources keep, passed on likewise; null = each session is balanced. */
  private final @Nullable StickyTable sticky;

  /** By id, if there is such a table. */
  private final Map<String, Backend> byId;

  /** Sessions that were ended because their backend held too many; passed on likewise. */
  private final LongAdder rebalanced;

  /** Of the backends' current status, without {@link #fillUpTo}. Guarded by this. */
  private Choice plain;

  private volatile Choice choice;

  private Pool(
      PoolConfig config, List<BackendConfig> found, List<Backend> backends, @Nullable Pool before) {
    this.config = config;
    this.found = List.copyOf(found);
    this.backends = backends;
    this.rejecting = backends.stream().filter(Backend::isReject).toList();
    this.position = before == null ? new AtomicLong() : before.position;
    this.rebalanced = before == null ? new LongAdder() : before.rebalanced;
    this.sticky = sticky(config, before);
    this.byId =
        sticky == null
            ? Map.of()
            : backends.stream().collect(Collectors.toMap(Backend::id, backend -> backend));
    this.plain = Choice.of(config, backends, position, System.nanoTime());
    this.choice = plain;
  }

  /**
   * @param found discovered backends, whose ids differ; a configured one of the same id wins
   * @param before the pool it replaces, null if there is none
   * @param known the last backend of each id in a pool of this name, removed ones included
   */
  static Pool of(
      PoolConfig config,
      List<BackendConfig> found,
      @Nullable Pool before,
      Map<String, Backend> known) {
    Set<String> configured =
        config.backends().stream().map(BackendConfig::id).collect(Collectors.toSet());
    Set<Backend> members = before == null ? null : new HashSet<>(before.backends);
    List<Backend> backends =
        Stream.concat(
                config.backends().stream(),
                found.stream().filter(each -> !configured.contains(each.id())))
            .map(each -> backend(config.name(), each, members, known.get(each.id())))
            .toList();
    return new Pool(config, found, backends, before);
  }

  private static @Nullable StickyTable sticky(PoolConfig config, @Nullable Pool before) {
    Stickiness stickiness = config.stickiness();
    if (stickiness == null) {
      return null;
    }
    StickyTable last = before == null ? null : before.sticky;
    return last == null ? new StickyTable(stickiness) : last.with(stickiness);
  }

  /** A backend that joins {@code members}, or takes sessions again, begins a slow start. */
  private static Backend backend(
      String pool, BackendConfig config, @Nullable Set<Backend> members, @Nullable Backend last) {
    boolean stays = members != null && last != null && members.contains(last);
    Backend next = Backend.of(pool, config, last, stays);
    boolean joins = members != null && !stays;
    boolean isBack = last != null && stays && !last.isWanted() && next.isWanted();
    if (joins || isBack) {
      next.backSince(System.nanoTime());
    }
    return next;
  }

  public String name() {
    return config.name();
  }

  public PoolConfig config() {
    return config;
  }

  /** All backends, eligible or not: those configured, in their order, then those discovered. */
  public List<Backend> backends() {
    return backends;
  }

  public List<Backend> discovered() {
    return backends.subList(config.backends().size(), backends.size());
  }

  public List<Backend> configured() {
    return backends.subList(0, config.backends().size());
  }

  /** The backend that refuses its share, to be left out where the share was drawn before. */
  public List<Backend> rejecting() {
    return rejecting;
  }

  /** Whether {@code others} are the backends that were discovered for it. */
  public boolean isMadeOf(List<BackendConfig> others) {
    return found.equals(others);
  }

  /**
   * Picks an eligible backend of the lowest tier that has one not in {@code tried}; does not count
   * it. Allocates nothing if {@code tried} is empty, except with {@code source-hash} for the bytes
   * of an IPv6 address.
   *
   * @param source the client's address, for {@code source-hash}; there null stands for one client
   * @return null if none is left
   */
  public @Nullable Backend pick(@Nullable SocketAddress source, Collection<Backend> tried) {
    return choice.pick(source, tried, ThreadLocalRandom.current());
  }

  /**
   * {@link #pick(SocketAddress, Collection)} while the backends in {@code full} have no permit
   * left; null too if all those left are full. A full tier is not left for the next one: backups
   * are for failed primaries.
   */
  public @Nullable Backend pick(
      @Nullable SocketAddress source, Collection<Backend> tried, Collection<Backend> full) {
    return choice.pick(source, tried, full, ThreadLocalRandom.current());
  }

  /**
   * Whether {@code picked} is ejected, or has had its trial, since the last refresh: the sessions
   * that come before the next one shall take others.
   */
  public boolean isLate(Backend picked) {
    return choice.isLate(picked);
  }

  /** Which backend a source keeps; null = each session is balanced. */
  public @Nullable StickyTable sticky() {
    return sticky;
  }

  /**
   * The backend of that id for a session whose source keeps it; null if it has given up its
   * sources: it is gone, not eligible, ejected, or a backup while one of a lower tier is eligible.
   * It may be full.
   */
  public @Nullable Backend kept(String id) {
    Backend kept = byId.get(id);
    boolean stays =
        kept != null && kept.eligible() && !kept.isEjected() && kept.config().tier() <= tier();
    return stays ? kept : null;
  }

  /** The backend that {@code source} keeps, with room or without; null = none. */
  public @Nullable Backend keptBy(@Nullable SocketAddress source) {
    InetAddress address = source instanceof InetSocketAddress inet ? inet.getAddress() : null;
    KeptSource known = sticky == null || address == null ? null : sticky.find(address);
    return known == null ? null : kept(known.backend());
  }

  /**
   * The backend with room that a session of {@code source} would get now, without taking a turn of
   * round-robin. Fills tables as {@link #refresh} does.
   */
  public @Nullable Backend wouldPick(@Nullable SocketAddress source) {
    Backend kept = keptBy(source);
    if (kept != null && kept.hasRoom()) {
      return kept;
    }
    List<Backend> full =
        backends.stream().filter(each -> !each.hasRoom() || each.isReject()).toList();
    return Choice.of(config, backends, new AtomicLong(position.get()), System.nanoTime())
        .below(choice.shares())
        .pick(source, List.of(), full, ThreadLocalRandom.current());
  }

  /** Whether {@link #refresh} would change what is picked. Any thread. */
  public boolean isStale() {
    return choice.isStale(backends);
  }

  /**
   * Picks by the current status of the backends from now on. Fills tables, which may take
   * milliseconds: not on an event loop. One thread at a time.
   */
  public void refresh() {
    Choice next = Choice.of(config, backends, position, System.nanoTime());
    synchronized (this) {
      plain = next;
      choice = next.below(choice.shares());
    }
  }

  /**
   * From now on new sessions go to backends that hold less than their share while there are any,
   * except with {@code source-hash}. Any thread.
   *
   * @param shares sessions of the whole cluster, by id; empty = as {@code balance} says
   */
  public void fillUpTo(Map<String, Long> shares) {
    if (!choice.shares().equals(shares)) {
      synchronized (this) {
        choice = plain.below(Map.copyOf(shares));
      }
    }
  }

  /** The share of its weight that {@code backend} has in its slow start, 1 after it. */
  public double slowStart(Backend backend) {
    return new SlowStart(config.slowStart(), System.nanoTime()).share(backend);
  }

  /**
   * What a backend weighs against the others.
   *
   * @param now with its slow start
   * @param grown after it; on a scale of its own
   */
  public record Share(long now, long grown) {}

  /**
   * The backends that take new sessions now, in order, and their weights. An ejected one does not
   * count, even while a session tries it.
   */
  public Map<Backend, Share> shares() {
    int lowest = tier();
    List<Backend> taking =
        backends.stream()
            .filter(each -> each.eligible() && !each.isEjected() && !each.isReject())
            .filter(each -> each.config().tier() == lowest)
            .toList();
    long nanos = System.nanoTime();
    long[] now = new SlowStart(config.slowStart(), nanos).weights(taking);
    long[] grown = new SlowStart(Duration.ZERO, nanos).weights(taking);
    Map<Backend, Share> shares = new LinkedHashMap<>();
    for (int i = 0; i < now.length; i++) {
      shares.put(taking.get(i), new Share(now[i], grown[i]));
    }
    return shares;
  }

  /**
   * The backends that are down or ejected, and would take sessions else: they are wanted, and no
   * other tier would be before theirs.
   */
  public List<Backend> awaited() {
    int lowest = tier();
    return backends.stream()
        .filter(each -> each.isWanted() && !each.isReject())
        .filter(each -> !each.isHealthy() || each.isEjected())
        .filter(each -> each.config().tier() <= lowest)
        .toList();
  }

  /** Sessions that this member has ended because their backend held too many. */
  public LongAdder rebalanced() {
    return rebalanced;
  }

  /** The lowest tier with an eligible backend. */
  public int tier() {
    return choice.tier();
  }
}
