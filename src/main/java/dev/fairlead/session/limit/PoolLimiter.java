package dev.fairlead.session.limit;

import dev.fairlead.admission.Arrivals;
import dev.fairlead.admission.ConnectionLimiter;
import dev.fairlead.admission.Leased;
import dev.fairlead.admission.LeasedPermits;
import dev.fairlead.admission.QueueingLimiter;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.sticky.KeptSource;
import dev.fairlead.pool.sticky.StickyTable;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one pool and its backends on this member, and the queue of sessions that wait for a
 * permit. Outlives reloads. Thread-safe; selecting a backend that has room takes no lock. The
 * permits taken by a selection must be given back by {@link #released} and {@link #left}, or the
 * limit is one lower for good.
 */
public final class PoolLimiter extends QueueingLimiter {
  private final String backendsKey;
  private final ConnectionLimiter connections;

  /** In force; null before the first configuration. */
  private volatile @Nullable Pool pool;

  private final LongAdder refused = new LongAdder();

  /** Sessions that found all backends full. */
  private final Arrivals misses = new Arrivals(refused::sum);

  private volatile PoolLimits limits = PoolLimits.NONE;

  /** What the agents of its backends allowed when it was configured, in their order. */
  private volatile List<Integer> agentLimits = List.of();

  private boolean isRemoved;

  /** By id, of those backends that have a limit. */
  private volatile Map<String, BackendLimiter> backends = Map.of();

  PoolLimiter(String name, Consumer<Leased> onDemand) {
    super(onDemand);
    this.backendsKey = "pool/" + name + "/backends";
    this.connections =
        new ConnectionLimiter(
            "pool/" + name + "/connections", queue(), this::roomChanged, this::onExhausted);
  }

  /** The pool is {@code next} from now on, with its limits. One thread at a time. */
  public void configure(Pool next) {
    isRemoved = false;
    limits = next.config().limits();
    Map<String, BackendLimiter> before = new HashMap<>(backends);
    Map<String, BackendLimiter> limiters = new HashMap<>();
    for (Backend backend : next.backends()) {
      int max = backend.maxConnections();
      int limit = max > 0 ? max : limits.connectionsPerBackend();
      if (limit > 0) {
        BackendLimiter last = before.remove(backend.id());
        BackendLimiter limiter = last == null ? new BackendLimiter(backend) : last;
        limiter.permits().configure(limit, limits.scope());
        limiters.put(backend.id(), limiter);
      }
    }
    before.values().forEach(BackendLimiter::remove);
    backends = Map.copyOf(limiters);
    pool = next;
    agentLimits = agentLimits(next);
    connections.configure(limits.connections(), limits.scope());
    reconfigured();
  }

  /** Backends may take sessions again that did not, and their agents may allow more or fewer. */
  void backendsChanged() {
    Pool now = pool;
    if (now != null && !agentLimits.equals(agentLimits(now))) {
      reconfigureUnlessRemoved(now);
    }
    roomChanged();
  }

  private void reconfigureUnlessRemoved(Pool known) {
    if (known.equals(pool) && !isRemoved) {
      configure(known);
    }
  }

  private static List<Integer> agentLimits(Pool pool) {
    return pool.backends().stream().map(each -> each.agent().maxConnections()).toList();
  }

  /** The pool was removed from the configuration; its sessions continue. */
  void remove() {
    isRemoved = true;
    limits = PoolLimits.NONE;
    backends.values().forEach(BackendLimiter::remove);
    backends = Map.of();
    connections.configure(0, LimitScope.MEMBER);
  }

  @Override
  public Stream<Leased> leased() {
    return Stream.concat(Stream.of(connections), backends.values().stream());
  }

  /** Whether the pool in force has a backend for a session of {@code source}, full or not. */
  public boolean isAnyEligible(@Nullable SocketAddress source) {
    Pool from = inForce();
    return from.pick(source, from.rejecting()) != null;
  }

  /**
   * Selects and counts a backend with room for a session that has just come. It is one of the pool
   * in force, because a backend that was removed has no limit any more.
   *
   * @param tried not to be selected again; of any configuration of this pool
   * @param counted whether it is counted at the pool already; else it is when this succeeds
   * @return null = there is none, or others wait for it
   */
  public @Nullable Backend trySelect(
      @Nullable SocketAddress source, Collection<Backend> tried, boolean counted) {
    Backend selected = tryNow(source, tried, counted);
    if (selected == null && !backends.isEmpty()) {
      refused.increment();
    }
    return selected;
  }

  private @Nullable Backend tryNow(
      @Nullable SocketAddress source, Collection<Backend> tried, boolean counted) {
    if (!queue().isEmpty() || (!counted && !connections.tryTake())) {
      return null;
    }
    Backend selected = null;
    try {
      selected = select(inForce(), source, tried);
    } finally {
      if (selected == null && !counted) {
        connections.giveBack();
      }
    }
    return selected;
  }

  /** {@link #trySelect} for the first one in the queue. */
  public @Nullable Backend trySelectInTurn(@Nullable SocketAddress source) {
    if (!connections.permits().tryTake()) {
      return null;
    }
    Backend selected = null;
    try {
      Pool from = inForce();
      // Its share was drawn when it came.
      selected = select(from, source, from.rejecting());
    } finally {
      if (selected == null) {
        connections.permits().giveBack();
      }
    }
    return selected;
  }

  /** How many wait, or found no room lately; on the thread of {@link Leased}. */
  long unmetDemand() {
    return queue().size() + misses.recent();
  }

  /** A session that stays counted at the pool has left its backend. */
  public void released(Backend backend) {
    backend.released();
    roomChanged();
  }

  public void left() {
    connections.giveBack();
  }

  private Pool inForce() {
    return Objects.requireNonNull(pool);
  }

  private static @Nullable Backend select(
      Pool from, @Nullable SocketAddress source, Collection<Backend> tried) {
    StickyTable sticky = from.sticky();
    return sticky != null && source instanceof InetSocketAddress inet && inet.getAddress() != null
        ? selectKept(from, sticky, inet, tried)
        : balance(from, source, tried);
  }

  /** The backend that the source keeps, or another one that it keeps from now on. */
  private static @Nullable Backend selectKept(
      Pool from, StickyTable sticky, InetSocketAddress source, Collection<Backend> tried) {
    KeptSource known = sticky.find(source.getAddress());
    Backend kept =
        known == null || !from.rejecting().containsAll(tried) ? null : from.kept(known.backend());
    Backend selected = kept != null && kept.trySelect() ? kept : balance(from, source, tried);
    if (selected != null && !selected.isReject()) {
      sticky.keep(source.getAddress(), known, selected.id());
    }
    return selected;
  }

  private static @Nullable Backend balance(
      Pool from, @Nullable SocketAddress source, Collection<Backend> tried) {
    Collection<Backend> out = sameOf(from, tried);
    Backend picked = from.pick(source, out);
    if (picked != null && from.isLate(picked)) {
      Backend other =
          balance(from, source, Stream.concat(out.stream(), Stream.of(picked)).toList());
      if (other != null) {
        return other;
      }
    }
    if (picked == null || picked.trySelect()) {
      return picked;
    }
    Set<Backend> full = new HashSet<>(from.rejecting());
    from.backends().stream().filter(backend -> !backend.hasRoom()).forEach(full::add);
    do {
      full.add(picked);
      picked = from.pick(source, out, full);
    } while (picked != null && !picked.trySelect());
    return picked;
  }

  /**
   * The backends of {@code from} with the ids of {@code tried}: a reload makes new objects; and the
   * one that refuses, because the share of a session is drawn once.
   */
  private static Collection<Backend> sameOf(Pool from, Collection<Backend> tried) {
    if (tried.isEmpty()) {
      return tried;
    }
    if (tried == from.rejecting()) {
      return tried;
    }
    Set<String> ids = tried.stream().map(Backend::id).collect(Collectors.toSet());
    return from.backends().stream()
        .filter(each -> each.isReject() || ids.contains(each.id()))
        .toList();
  }

  /** No backend alone refuses a session, only all together. */
  @Override
  protected String exhausted() {
    return connections.permits().isFull() ? connections.key() : backendsKey;
  }

  @Override
  protected boolean mayGrow() {
    if (connections.permits().isFull()) {
      return connections.permits().mayGrow();
    }
    return backends.values().stream().anyMatch(each -> each.permits().mayGrow());
  }

  @Override
  protected QueueConfig queueConfig() {
    return limits.queue();
  }

  /** The limit of one backend's sessions, which the backend counts over all configurations. */
  private final class BackendLimiter extends LeasedPermits {
    private final Arrivals arrivals;

    BackendLimiter(Backend backend) {
      super(
          "pool/" + backend.pool() + "/backend/" + backend.id(),
          backend.permits(),
          PoolLimiter.this::roomChanged,
          PoolLimiter.this::onExhausted);
      this.arrivals = new Arrivals(backend::total);
    }

    /** The backend has no limit any more, or is gone. */
    void remove() {
      permits().configure(0, LimitScope.MEMBER);
    }

    /** The pool's unmet demand, which any backend may meet, and what this one got lately. */
    @Override
    protected long demand() {
      return unmetDemand() + arrivals.recent();
    }
  }
}
