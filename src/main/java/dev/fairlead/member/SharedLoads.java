package dev.fairlead.member;

import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.rebalance.RebalancePlan;
import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Makes the plan of a pool of what every member knows of all members' sessions. Any thread. */
record SharedLoads(ClusterVerticle cluster) {

  /** All members' sessions of a pool, at whichever backend. */
  static long total(Pool pool) {
    return pool.backends().stream().mapToLong(Backend::clusterActive).sum();
  }

  /** {@code total} is shared out; without {@code rebalance} by its defaults. */
  Future<RebalancePlan> plan(Pool pool, long total) {
    Map<Backend, Pool.Share> shares = pool.shares();
    List<String> keys = shares.keySet().stream().map(LoadRow::key).toList();
    String self = cluster.self().id();
    return cluster
        .loads()
        .peers(keys)
        .map(
            peers -> {
              List<Load> loads = new ArrayList<>();
              shares.forEach(
                  (backend, share) -> {
                    TreeMap<String, Integer> byMember =
                        new TreeMap<>(Objects.requireNonNull(peers.get(LoadRow.key(backend))));
                    byMember.put(self, backend.active());
                    loads.add(
                        new Load(
                            backend.id(),
                            share.now(),
                            share.grown(),
                            limit(pool, backend),
                            byMember));
                  });
              Rebalance rules =
                  Objects.requireNonNullElse(pool.config().rebalance(), Rebalance.DEFAULT);
              long returning = Math.max(0, total - total(pool));
              return new RebalancePlan(rules, loads, total, returning);
            });
  }

  /** Of the whole cluster. */
  private long limit(Pool pool, Backend backend) {
    PoolLimits limits = pool.config().limits();
    int own = backend.maxConnections();
    long limit = own == 0 ? limits.connectionsPerBackend() : own;
    long members = limits.scope() == LimitScope.MEMBER ? cluster.members().size() : 1;
    return limit == 0 ? Long.MAX_VALUE : limit * members;
  }
}
