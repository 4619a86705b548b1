package dev.fairlead.session;

import dev.fairlead.admission.Arrivals;
import dev.fairlead.admission.ConnectionLimiter;
import dev.fairlead.admission.Leased;
import dev.fairlead.admission.QueueingLimiter;
import dev.fairlead.config.LimitScope;
import dev.fairlead.config.PoolLimits;
import dev.fairlead.config.QueueConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The limits of one pool and its backends on this member, and those who wait for one of them. Lives
 * as long as the process, across reloads. Thread-safe; choosing a backend that has room takes no
 * lock.
 */
public final class PoolLimiter extends QueueingLimiter {
  private final ConnectionLimiter connections;

  /** In force; null before the first one. */
  private volatile Pool pool;

  private final LongAdder refused = new LongAdder();

  /** Who found all backends full. */
  private final Arrivals misses = new Arrivals(refused::sum);

  private volatile PoolLimits limits = PoolLimits.NONE;

  /** By id, of those backends that have a limit. */
  private volatile Map<String, BackendLimiter> backends = Map.of();

  /**
   * @param name of the pool
   * @param onNeed as of {@link QueueingLimiter}
   */
  PoolLimiter(String name, Consumer<Leased> onNeed) {
    super(onNeed);
    this.connections =
        new ConnectionLimiter(
            "pool/" + name + "/connections", queue(), this::roomChanged, this::onExhausted);
  }

  /** The pool is {@code next} from now on, with its limits. One thread at a time. */
  void configure(Pool next) {
    limits = next.config().limits();
    Map<String, BackendLimiter> before = new HashMap<>(backends);
    Map<String, BackendLimiter> limiters = new HashMap<>();
    for (Backend backend : next.backends()) {
      int max = backend.config().maxConnections();
      int limit = max > 0 ? max : limits.connectionsPerBackend();
      if (limit > 0) {
        BackendLimiter last = before.remove(backend.id());
        BackendLimiter limiter = last == null ? new BackendLimiter(backend, this) : last;
        limiter.configure(limit, limits.scope());
        limiters.put(backend.id(), limiter);
      }
    }
    before.values().forEach(BackendLimiter::remove);
    backends = Map.copyOf(limiters);
    pool = next;
    connections.configure(limits.connections(), limits.scope());
    onExhausted();
    requestPermits();
  }

  /** The pool is configured no more; sessions there go on. */
  void remove() {
    limits = PoolLimits.NONE;
    backends.values().forEach(BackendLimiter::remove);
    backends = Map.of();
    connections.configure(0, LimitScope.MEMBER);
  }

  /** What of it the cluster shares, or could. */
  @Override
  public Stream<Leased> leased() {
    return Stream.concat(Stream.of(connections), backends.values().stream());
  }

  /** The pool as it is in force. */
  Pool pool() {
    return pool;
  }

  /**
   * Chooses and counts a backend with room for a session that has just come. It is one of the pool
   * in force: nobody keeps a limit for a backend that was removed.
   *
   * @param tried out of the question
   * @param counted whether it is counted at the pool already; else it is when this succeeds
   * @return null = there is none, or others wait for it
   */
  Backend trySelect(SocketAddress source, Collection<Backend> tried, boolean counted) {
    Backend selected = tryNow(source, tried, counted);
    if (selected == null && !backends.isEmpty()) {
      refused.increment();
    }
    return selected;
  }

  private Backend tryNow(SocketAddress source, Collection<Backend> tried, boolean counted) {
    if (!queue().isEmpty() || (!counted && !connections.tryTake())) {
      return null;
    }
    Backend selected = select(pool, source, tried);
    if (selected == null && !counted) {
      connections.giveBack();
    }
    return selected;
  }

  /** {@link #trySelect} for the first one in the queue. */
  Backend trySelectInTurn(SocketAddress source) {
    if (!connections.tryTakeInTurn()) {
      return null;
    }
    Backend selected = select(pool, source, List.of());
    if (selected == null) {
      connections.putBack();
    }
    return selected;
  }

  /** How many wait, and found no room lately; on the thread of {@link Leased}. */
  long missed() {
    return queue().size() + misses.recent();
  }

  /** A session that stays counted at the pool has left its backend. */
  void released(Backend backend) {
    backend.released();
    roomChanged();
  }

  /** A session has left the pool. */
  void left() {
    connections.giveBack();
  }

  private static Backend select(Pool from, SocketAddress source, Collection<Backend> tried) {
    Backend picked = from.pick(source, tried);
    if (picked == null || picked.trySelect()) {
      return picked;
    }
    Set<Backend> full = new HashSet<>();
    from.backends().stream().filter(backend -> !backend.hasRoom()).forEach(full::add);
    do {
      full.add(picked);
      picked = from.pick(source, tried, full);
    } while (picked != null && !picked.trySelect());
    return picked;
  }

  @Override
  protected boolean mayGrow() {
    if (connections.isFull()) {
      return connections.mayGrow();
    }
    for (BackendLimiter backend : backends.values()) {
      if (backend.mayGrow()) {
        return true;
      }
    }
    return false;
  }

  @Override
  protected QueueConfig queueConfig() {
    return limits.queue();
  }
}
