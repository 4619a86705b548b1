package dev.fairlead.pool.discovery;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.DiscoveryConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Discovers the backends of pools with {@code discovery}: queries the DNS when a pool is new and
 * again every {@code refresh}. A failure or an empty answer keeps the last one. It also resolves
 * the host names of the backends that it has discovered. Methods may be called from any thread and
 * never block.
 */
public final class Discovery {
  private final Vertx vertx;
  private final ServiceLookup lookup;
  private final Runnable changed;

  /** By name of the pool; replaced under the lock of this object. */
  private Map<String, Watch> watches = Map.of();

  private volatile Pools pools = Pools.NONE;
  private boolean stopped;

  /**
   * @param lookup is closed by {@link #stop}
   * @param changed run on any thread when {@link #backends} has changed
   */
  public Discovery(Vertx vertx, ServiceLookup lookup, Runnable changed) {
    this.vertx = vertx;
    this.lookup = lookup;
    this.changed = changed;
  }

  /** The queries for a configuration before it is in force; by name of the pool. */
  public static final class NewWatches {
    private final Map<String, Watch> watches = new HashMap<>();
  }

  /**
   * Queries what {@code next}, which may be put in force later, discovers and is not watched yet.
   * Succeeds when every query is answered or has failed, at the latest after {@link
   * HostNames#FIRST_ANSWER}; later answers are taken too.
   */
  public Future<NewWatches> lookUp(List<PoolConfig> next) {
    NewWatches prepared = new NewWatches();
    List<Future<Void>> queries = new ArrayList<>();
    Map<String, Watch> now = watches();
    for (PoolConfig pool : next) {
      DiscoveryConfig config = pool.discovery();
      Watch watch = now.get(pool.name());
      if (config != null && (watch == null || !watch.asks(config))) {
        Watch made = new Watch(pool.name(), config, lookup, watch);
        prepared.watches.put(pool.name(), made);
        queries.add(query(made));
      }
    }
    return Future.join(queries)
        .timeout(HostNames.FIRST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
        .transform(done -> Future.succeededFuture(prepared));
  }

  /** The backends discovered for {@code next}, by name of the pool. */
  public Map<String, List<BackendConfig>> backends(List<PoolConfig> next, NewWatches prepared) {
    return backendsOf(chosen(next, prepared));
  }

  /** The backends discovered for the pools that are watched, by name of the pool. */
  public Map<String, List<BackendConfig>> backends() {
    return backendsOf(watches());
  }

  private static Map<String, List<BackendConfig>> backendsOf(Map<String, Watch> watches) {
    Map<String, List<BackendConfig>> backends = new HashMap<>();
    watches.forEach((pool, watch) -> backends.put(pool, watch.found().backends()));
    return backends;
  }

  /**
   * Watches what {@code next} discovers instead of what was watched before, and gives the backends
   * of {@code inForce} the addresses of their host names.
   */
  public void watch(List<PoolConfig> next, NewWatches prepared, Pools inForce) {
    synchronized (this) {
      Map<String, Watch> chosen = chosen(next, prepared);
      watches.values().stream()
          .filter(watch -> !chosen.containsValue(watch))
          .forEach(watch -> watch.stop(vertx));
      watches = stopped ? Map.of() : Map.copyOf(chosen);
      watches.values().forEach(watch -> watch.start(vertx, this::query));
    }
    apply(inForce);
  }

  /** Gives the backends of other pools, of the same watches, the addresses of their host names. */
  public void apply(Pools inForce) {
    pools = inForce;
    watches().values().forEach(this::resolve);
    // An answer may have arrived after the pools were made, before they were in force.
    boolean late =
        watches().values().stream().anyMatch(watch -> !watch.isIn(inForce.pool(watch.pool())));
    if (late) {
      changed.run();
    }
  }

  /** Sends no more queries; answers under way may still arrive. */
  public void stop() {
    synchronized (this) {
      stopped = true;
      watches.values().forEach(watch -> watch.stop(vertx));
      watches = Map.of();
    }
    lookup.close();
  }

  private Future<Void> query(Watch watch) {
    return watch
        .query()
        .map(
            other -> {
              if (watches().containsValue(watch)) {
                resolve(watch);
                if (other) {
                  changed.run();
                }
              }
              return null;
            });
  }

  private void resolve(Watch watch) {
    Pool pool = pools.pool(watch.pool());
    if (pool == null) {
      return;
    }
    for (Backend backend : pool.discovered()) {
      List<InetAddress> addresses =
          backend.hostName() == null ? null : watch.found().addressesOf(backend.hostName());
      if (addresses != null) {
        backend.resolved(addresses);
      }
    }
  }

  private synchronized Map<String, Watch> watches() {
    return watches;
  }

  /** The watches in force that query the same, else those of {@code prepared}, else new ones. */
  private synchronized Map<String, Watch> chosen(List<PoolConfig> next, NewWatches prepared) {
    Map<String, Watch> chosen = new ConcurrentHashMap<>();
    for (PoolConfig pool : next) {
      if (pool.discovery() == null) {
        continue;
      }
      Watch watch = watches.get(pool.name());
      if (watch == null || !watch.asks(pool.discovery())) {
        Watch fresh = prepared.watches.get(pool.name());
        watch = fresh == null ? new Watch(pool.name(), pool.discovery(), lookup, watch) : fresh;
      }
      chosen.put(pool.name(), watch);
    }
    return chosen;
  }
}
