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
 * Finds the backends of pools with {@code discovery}: asks when a pool is new and again every
 * {@code refresh}. A failure or an empty answer keeps the last one. The addresses of host names
 * that it found are its own business; {@link HostNames} leaves them alone.
 *
 * <p>Methods may be called from any thread and never block.
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
   * @param changed is told that {@link #backends} gives others than before; on any thread
   */
  public Discovery(Vertx vertx, ServiceLookup lookup, Runnable changed) {
    this.vertx = vertx;
    this.lookup = lookup;
    this.changed = changed;
  }

  /** What was asked before a configuration was put in force; by name of the pool. */
  public static final class Answers {
    private final Map<String, Watch> watches = new HashMap<>();
  }

  /**
   * Asks for what is discovered in {@code next}, which may be put in force later, but for what is
   * watched already.
   *
   * @return succeeds when every question has its answer or failure, at the latest after {@link
   *     HostNames#FIRST_ANSWER}; answers that come later are taken too; never fails
   */
  public Future<Answers> lookUp(List<PoolConfig> next) {
    Answers answers = new Answers();
    List<Future<Void>> questions = new ArrayList<>();
    Map<String, Watch> now = watches();
    for (PoolConfig pool : next) {
      DiscoveryConfig config = pool.discovery();
      Watch watch = now.get(pool.name());
      if (config != null && (watch == null || !watch.asks(config))) {
        Watch made = new Watch(pool.name(), config, lookup, watch);
        answers.watches.put(pool.name(), made);
        questions.add(ask(made));
      }
    }
    return Future.join(questions)
        .timeout(HostNames.FIRST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
        .transform(done -> Future.succeededFuture(answers));
  }

  /** The backends found for {@code next}, by name of the pool; a pool without any has no entry. */
  public Map<String, List<BackendConfig>> backends(List<PoolConfig> next, Answers answers) {
    Map<String, List<BackendConfig>> backends = new HashMap<>();
    chosen(next, answers).forEach((pool, watch) -> backends.put(pool, watch.found().backends()));
    return backends;
  }

  /** The backends found for the pools that are watched, by name of the pool. */
  public Map<String, List<BackendConfig>> backends() {
    Map<String, List<BackendConfig>> backends = new HashMap<>();
    watches().forEach((pool, watch) -> backends.put(pool, watch.found().backends()));
    return backends;
  }

  /**
   * Watches what is discovered in {@code next} instead of what was before, and gives the backends
   * of {@code pools} the addresses of their host names.
   *
   * @param answers what {@link #lookUp} gave
   */
  public void watch(List<PoolConfig> next, Answers answers, Pools inForce) {
    synchronized (this) {
      Map<String, Watch> chosen = chosen(next, answers);
      watches.values().stream()
          .filter(watch -> !chosen.containsValue(watch))
          .forEach(watch -> watch.stop(vertx));
      watches = stopped ? Map.of() : Map.copyOf(chosen);
      watches.values().forEach(watch -> watch.start(vertx, this::ask));
    }
    apply(inForce);
  }

  /** The same questions, with other pools: gives them the addresses of their host names. */
  public void apply(Pools inForce) {
    pools = inForce;
    watches().values().forEach(this::resolve);
    // What was found after the pools were made, by a question of before, is told now.
    boolean late =
        watches().values().stream().anyMatch(watch -> !watch.isIn(inForce.pool(watch.pool())));
    if (late) {
      changed.run();
    }
  }

  /** Asks no more; answers under way may still arrive. */
  public void stop() {
    synchronized (this) {
      stopped = true;
      watches.values().forEach(watch -> watch.stop(vertx));
      watches = Map.of();
    }
    lookup.close();
  }

  private Future<Void> ask(Watch watch) {
    return watch
        .ask()
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
    Found found = watch.found();
    for (Backend backend : pool.discovered()) {
      List<InetAddress> addresses =
          backend.hostName() == null ? null : found.addressesOf(backend.hostName());
      if (addresses != null) {
        backend.resolved(addresses);
      }
    }
  }

  private synchronized Map<String, Watch> watches() {
    return watches;
  }

  /** Those of {@code answers} where there are, else those that watch the same already. */
  private synchronized Map<String, Watch> chosen(List<PoolConfig> next, Answers answers) {
    Map<String, Watch> chosen = new ConcurrentHashMap<>();
    for (PoolConfig pool : next) {
      if (pool.discovery() == null) {
        continue;
      }
      Watch watch = watches.get(pool.name());
      boolean same = watch != null && watch.asks(pool.discovery());
      Watch fresh = answers.watches.get(pool.name());
      if (same) {
        chosen.put(pool.name(), watch);
      } else {
        chosen.put(
            pool.name(),
            fresh == null ? new Watch(pool.name(), pool.discovery(), lookup, watch) : fresh);
      }
    }
    return chosen;
  }
}
