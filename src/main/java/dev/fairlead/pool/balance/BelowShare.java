package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks the backend with the lowest {@code (clusterActive + 1) / share} of those that hold less
 * than their share, and what {@code balancer} picks when there is none: so that clients whose
 * sessions were ended for balance do not draw the same backend again. In force only while a pool is
 * rebalanced. A pick takes linear time.
 *
 * @param shares sessions of the whole cluster, by id of the backend; one without is left to {@code
 *     balancer}
 */
record BelowShare(Balancer balancer, Map<String, Long> shares) implements Balancer {
  @Override
  public Candidates candidates() {
    return balancer.candidates();
  }

  @Override
  public Backend pick(@Nullable SocketAddress source, RandomGenerator random) {
    Backend picked = balancer.pick(source, random);
    Backend below = picked.isReject() ? null : lowest(List.of(), random);
    return below == null ? picked : below;
  }

  @Override
  public @Nullable Backend pickExcept(
      Collection<Backend> tried, @Nullable SocketAddress source, RandomGenerator random) {
    Backend below = lowest(tried, random);
    return below == null ? balancer.pickExcept(tried, source, random) : below;
  }

  /** Null if all hold their share; of equal ones each with the same probability. */
  private @Nullable Backend lowest(Collection<Backend> tried, RandomGenerator random) {
    Candidates all = candidates();
    Backend lowest = null;
    double lowestLoad = Double.MAX_VALUE;
    int equal = 0;
    for (int i = 0; i < all.size(); i++) {
      Backend backend = all.get(i);
      Long share = shares.get(backend.id());
      int active = backend.clusterActive();
      if (share == null || active >= share || tried.contains(backend)) {
        continue;
      }
      double load = (active + 1.0) / share;
      equal = load < lowestLoad ? 1 : load == lowestLoad ? equal + 1 : equal;
      // Reservoir sampling: the k-th of equal ones replaces the last with probability 1/k.
      if (load < lowestLoad || (load == lowestLoad && random.nextInt(equal) == 0)) {
        lowest = backend;
        lowestLoad = load;
      }
    }
    return lowest;
  }
}
