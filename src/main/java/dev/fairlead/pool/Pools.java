package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All pools of one configuration, which do not change: {@link #next} makes the pools of the next
 * one, which take over counts, status, addresses and the position of round-robin. Any thread may
 * read it once it is published through a volatile. {@link #next} and {@link #forgetRemoved} may run
 * on any thread, but one at a time, and each object must have one successor only, else one of two
 * changes is lost.
 */
public final class Pools {
  /** Before the first configuration. */
  public static final Pools NONE = new Pools(Map.of(), Set.of());

  private final Map<String, Pool> byName;

  /**
   * Backends that are no longer configured but may still have sessions. Any thread may read it.
   * Kept for one change after their removal, since a session with the older snapshot may still
   * select them, and from then on while they are active: so a backend that is configured again
   * continues its counts.
   */
  private final Set<Backend> removed;

  /** Those of {@link #removed} without sessions at the last {@link #forgetRemoved}. */
  private Set<Backend> idle = Set.of();

  private Pools(Map<String, Pool> byName, Set<Backend> removed) {
    this.byName = byName;
    this.removed = ConcurrentHashMap.newKeySet();
    this.removed.addAll(removed);
  }

  public @Nullable Pool pool(String name) {
    return byName.get(name);
  }

  /** In the order of the configuration. */
  public List<Pool> all() {
    return List.copyOf(byName.values());
  }

  /** Backends that are no longer configured, of those that may still have sessions. */
  public Set<Backend> removed() {
    return Set.copyOf(removed);
  }

  /**
   * To be called every few seconds. Forgets a backend that two calls in a row find removed and
   * without sessions.
   */
  public void forgetRemoved() {
    Set<Backend> idleNow =
        removed.stream().filter(each -> each.active() == 0).collect(Collectors.toSet());
    removed.removeIf(each -> idleNow.contains(each) && idle.contains(each));
    idle = idleNow;
  }

  /** {@link #next(List, Map)} without discovered backends. */
  public Pools next(List<PoolConfig> configs) {
    return next(configs, Map.of());
  }

  /**
   * The pools of {@code configs}, whose names differ; {@code discovered} by name of the pool. A
   * pool of equal configuration and discovered backends stays the same object.
   */
  public Pools next(List<PoolConfig> configs, Map<String, List<BackendConfig>> discovered) {
    Map<String, Map<String, Backend>> known = knownBackends();
    Map<String, Pool> next = new LinkedHashMap<>();
    for (PoolConfig config : configs) {
      String name = config.name();
      List<BackendConfig> found = discovered.getOrDefault(name, List.of());
      Pool before = byName.get(name);
      boolean isSame = before != null && before.config().equals(config) && before.isMadeOf(found);
      next.put(
          name,
          isSame ? before : Pool.of(config, found, before, known.getOrDefault(name, Map.of())));
    }
    return new Pools(next, nextRemoved(known, next));
  }

  /** By name of the pool and id. */
  private Map<String, Map<String, Backend>> knownBackends() {
    Map<String, Map<String, Backend>> known = new HashMap<>();
    removed.forEach(backend -> add(known, backend));
    byName.values().forEach(pool -> pool.backends().forEach(backend -> add(known, backend)));
    return known;
  }

  private static void add(Map<String, Map<String, Backend>> known, Backend backend) {
    known.computeIfAbsent(backend.pool(), any -> new HashMap<>()).put(backend.id(), backend);
  }

  private Set<Backend> nextRemoved(
      Map<String, Map<String, Backend>> known, Map<String, Pool> next) {
    for (Pool pool : next.values()) {
      Map<String, Backend> gone = known.getOrDefault(pool.name(), new HashMap<>());
      pool.backends().forEach(backend -> gone.remove(backend.id()));
    }
    Set<Backend> kept = new HashSet<>();
    known.values().forEach(backends -> kept.addAll(backends.values()));
    kept.removeIf(backend -> backend.active() == 0 && removed.contains(backend));
    return kept;
  }
}
