package dev.fairlead.observe;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.sticky.StickyTable;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The meters of pools and their backends. At most {@code most} backends have rows of their own:
 * first come, first served, in the order of the configuration; the others of a pool share the row
 * {@code other}. A backend keeps its kind of row for as long as it is configured or has sessions:
 * if the busiest had rows of their own, each change of place would make counters go down.
 *
 * <p>Not thread-safe; values may be read by any thread.
 */
final class BackendMeters {
  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final int most;
  private final LiveMeters<BackendKey, Backend> single;
  private final LiveMeters<String, OtherBackends> others;
  private final LiveMeters<String, Pool> pools;
  private final Map<String, OtherBackends> othersByPool = new HashMap<>();

  /** In force, by pool and id. */
  private Map<BackendKey, Backend> inForce = Map.of();

  BackendMeters(MeterRegistry registry, int most) {
    this.registry = registry;
    this.most = most;
    this.single =
        new LiveMeters<>(registry, this::ofBackend, (key, backend) -> backend.active() > 0);
    this.others = new LiveMeters<>(registry, this::ofOthers, (pool, other) -> other.active() > 0);
    this.pools = new LiveMeters<>(registry, this::ofPool, (name, pool) -> false);
  }

  /** One backend of one pool. */
  record BackendKey(String pool, String backend) {}

  void apply(List<Pool> now) {
    Map<BackendKey, Backend> all = new LinkedHashMap<>();
    Map<String, Pool> byName = new HashMap<>();
    for (Pool pool : now) {
      byName.put(pool.name(), pool);
      pool.backends().forEach(each -> all.put(new BackendKey(pool.name(), each.id()), each));
    }
    inForce = Map.copyOf(all);
    pools.apply(byName);
    Map<BackendKey, Backend> own = new LinkedHashMap<>(all);
    own.keySet().retainAll(single.keys());
    single.apply(own);
    own.putAll(newcomers(all));
    single.apply(own);
    all.keySet().removeAll(own.keySet());
    applyOthers(all, byName.keySet());
  }

  /** Those that get rows of their own now, as far as there are any left. */
  private Map<BackendKey, Backend> newcomers(Map<BackendKey, Backend> all) {
    Map<BackendKey, Backend> newcomers = new LinkedHashMap<>();
    int left = most - single.keys().size();
    all.forEach(
        (key, backend) -> {
          boolean isNew = !single.keys().contains(key) && !isOther(key);
          if (isNew && newcomers.size() < left) {
            newcomers.put(key, backend);
          }
        });
    return newcomers;
  }

  private boolean isOther(BackendKey key) {
    OtherBackends other = othersByPool.get(key.pool());
    return other != null && other.has(key.backend());
  }

  /** The row of a pool stays while the pool is there, even if it is empty for a time. */
  private void applyOthers(Map<BackendKey, Backend> rest, Set<String> poolsNow) {
    Map<String, List<Backend>> byPool = new HashMap<>();
    rest.forEach(
        (key, backend) ->
            byPool.computeIfAbsent(key.pool(), any -> new ArrayList<>()).add(backend));
    byPool.keySet().forEach(pool -> othersByPool.computeIfAbsent(pool, any -> new OtherBackends()));
    othersByPool.forEach((pool, other) -> other.apply(byPool.getOrDefault(pool, List.of())));
    Map<String, OtherBackends> now = new HashMap<>(othersByPool);
    now.keySet().retainAll(poolsNow);
    others.apply(now);
    othersByPool.keySet().retainAll(others.keys());
  }

  /** Removes the rows of removed backends whose last session has ended. */
  void removeEnded() {
    single.removeEnded();
    othersByPool.forEach(
        (pool, other) ->
            other.removeEnded(each -> inForce.containsKey(new BackendKey(pool, each.id()))));
    others.removeEnded();
    othersByPool.keySet().retainAll(others.keys());
  }

  boolean hasPool(String name) {
    return single.keys().stream().anyMatch(key -> key.pool().equals(name))
        || othersByPool.containsKey(name);
  }

  boolean isSingle(String pool, String backend) {
    return single.keys().contains(new BackendKey(pool, backend));
  }

  private List<Meter> ofPool(String name, LiveMeters.Current<Pool> source) {
    LabelledMeters<Pool> on =
        new LabelledMeters<>(registry, source, Tags.of(MetricNames.POOL, name));
    return List.of(
        on.gauge(MetricNames.POOL_BACKENDS, "Backends of a pool", pool -> pool.backends().size()),
        on.gauge(
            MetricNames.POOL_ELIGIBLE,
            "Backends that may get new sessions: enabled, healthy and not ejected",
            pool -> pool.backends().stream().filter(Backend::eligible).count()),
        on.counter(
            MetricNames.REBALANCED,
            "Sessions of this member that were ended, because their backend held too many",
            pool -> pool.rebalanced().sum()),
        on.gauge(
            MetricNames.POOL_STICKY,
            "Sources whose backend this member keeps, of a pool with stickiness",
            pool -> sticky(pool, StickyTable::count)),
        on.counter(
            MetricNames.POOL_STICKY_EVICTED,
            "Sources that this member forgot early, because their table was full",
            pool -> sticky(pool, StickyTable::evicted)));
  }

  /** 0 for a pool without stickiness. */
  private static long sticky(Pool pool, ToLongFunction<StickyTable> of) {
    StickyTable table = pool.sticky();
    return table == null ? 0 : of.applyAsLong(table);
  }

  private List<Meter> ofBackend(BackendKey key, LiveMeters.Current<Backend> source) {
    LabelledMeters<Backend> on = new LabelledMeters<>(registry, source, tags(key));
    return List.of(
        on.gauge(MetricNames.BACKEND_SESSIONS_ACTIVE, Help.ACTIVE, Backend::active),
        on.gauge(MetricNames.BACKEND_CLUSTER_SESSIONS, Help.CLUSTER, Backend::clusterActive),
        on.gauge(MetricNames.BACKEND_HEALTHY, Help.HEALTHY, each -> each.isHealthy() ? 1 : 0),
        on.gauge(MetricNames.BACKEND_EJECTED, Help.EJECTED, each -> each.isEjected() ? 1 : 0),
        on.counter(MetricNames.BACKEND_SESSIONS, Help.SESSIONS, Backend::total),
        on.counter(MetricNames.BACKEND_FAILURES, Help.FAILURES, Backend::failures));
  }

  private List<Meter> ofOthers(String pool, LiveMeters.Current<OtherBackends> source) {
    LabelledMeters<OtherBackends> on =
        new LabelledMeters<>(registry, source, tags(new BackendKey(pool, OTHER)));
    return List.of(
        on.gauge(MetricNames.BACKEND_SESSIONS_ACTIVE, Help.ACTIVE, OtherBackends::active),
        on.gauge(MetricNames.BACKEND_CLUSTER_SESSIONS, Help.CLUSTER, OtherBackends::clusterActive),
        on.gauge(MetricNames.BACKEND_HEALTHY, Help.HEALTHY, each -> each.allHealthy() ? 1 : 0),
        on.gauge(MetricNames.BACKEND_EJECTED, Help.EJECTED, each -> each.anyEjected() ? 1 : 0),
        on.counter(MetricNames.BACKEND_SESSIONS, Help.SESSIONS, OtherBackends::total),
        on.counter(MetricNames.BACKEND_FAILURES, Help.FAILURES, OtherBackends::failures));
  }

  private static Tags tags(BackendKey key) {
    return Tags.of(MetricNames.POOL, key.pool(), MetricNames.BACKEND, key.backend());
  }

  /** What both kinds of rows say of themselves. */
  private static final class Help {
    static final String ACTIVE = "This member's live sessions of a backend";
    static final String CLUSTER = "All members' live sessions of a backend";
    static final String HEALTHY =
        "1 = healthy or not probed, 0 = down; of the row other: 0 = one of them is down";
    static final String EJECTED =
        "1 = this member has ejected the backend for its failures; of the row other: one of them";
    static final String SESSIONS = "Sessions of this member that selected a backend";
    static final String FAILURES =
        "Connections a backend did not take, or reset before its first byte";

    private Help() {}
  }
}
