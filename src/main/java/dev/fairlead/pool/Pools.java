package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All pools of one configuration. Immutable: a change makes the next one with {@link #next}, and
 * what must outlive a change goes along: counts, addresses, and where round-robin stands.
 *
 * <p>Read by any thread once it is published through a volatile. {@link #next} may run on any
 * thread, but each object has one successor: whoever holds the current one calls it, one change at
 * a time.
 */
public final class Pools {
  /** What there is before the first configuration. */
  public static final Pools NONE = new Pools(Map.of(), Set.of());

  /** In the order of the configuration. */
  private final Map<String, Pool> byName;

  /**
   * Backends that are configured no more but may still have sessions. Kept for one change after
   * their removal (a session with the older snapshot may still choose them) and from then on while
   * they are active, so that a backend that comes back continues its counts; {@link #next} lets go
   * of the rest.
   */
  private final Set<Backend> removed;

  private Pools(Map<String, Pool> byName, Set<Backend> removed) {
    this.byName = byName;
    this.removed = removed;
  }

  /** The pool called {@code name}, null = there is none. */
  public Pool pool(String name) {
    return byName.get(name);
  }

  /** In the order of the configuration. */
  public List<Pool> all() {
    return List.copyOf(byName.values());
  }

  /** Backends that are configured no more and may still have sessions. */
  Set<Backend> removed() {
    return removed;
  }

  /**
   * The pools of {@code configs}, whose names differ. A pool whose configuration is equal stays the
   * same object; so does one whose discovered backends are.
   */
  public Pools next(List<PoolConfig> configs) {
    return next(configs, Map.of());
  }

  /**
   * The same with further backends.
   *
   * @param discovered by name of the pool; a configured backend goes before one of the same id
   */
  public Pools next(List<PoolConfig> configs, Map<String, List<BackendConfig>> discovered) {
    Map<Key, Backend> known = knownBackends();
    Map<String, Pool> next = new LinkedHashMap<>();
    for (PoolConfig config : configs) {
      Pool pool = nextPool(config, discovered.getOrDefault(config.name(), List.of()), known);
      next.put(pool.name(), pool);
    }
    return new Pools(next, nextRemoved(known, next));
  }

  private Pool nextPool(
      PoolConfig config, List<BackendConfig> discovered, Map<Key, Backend> known) {
    Pool before = byName.get(config.name());
    if (before != null && before.config().equals(config) && before.isMadeOf(discovered)) {
      return before;
    }
    Pool.Source source = new Pool.Source(config, discovered);
    return Pool.of(source, before, backend -> known.get(new Key(config.name(), backend.id())));
  }

  private Map<Key, Backend> knownBackends() {
    Map<Key, Backend> known = new HashMap<>();
    removed.forEach(backend -> known.put(Key.of(backend), backend));
    for (Pool pool : byName.values()) {
      pool.backends().forEach(backend -> known.put(Key.of(backend), backend));
    }
    return known;
  }

  private Set<Backend> nextRemoved(Map<Key, Backend> known, Map<String, Pool> next) {
    Map<Key, Backend> gone = new HashMap<>(known);
    for (Pool pool : next.values()) {
      pool.backends().forEach(backend -> gone.remove(Key.of(backend)));
    }
    Set<Backend> kept = new HashSet<>(gone.values());
    kept.removeIf(backend -> backend.active() == 0 && removed.contains(backend));
    return Set.copyOf(kept);
  }

  private record Key(String pool, String id) {
    static Key of(Backend backend) {
      return new Key(backend.pool(), backend.id());
    }
  }
}
