package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks the backend with the lowest {@code (clusterActive + 1) / weight}; of several equal ones
 * each with the same probability. A pick takes linear time.
 */
record LeastConnections(Candidates candidates) implements Balancer {
  @Override
  public Backend pick(@Nullable SocketAddress source, RandomGenerator random) {
    return Objects.requireNonNull(pickExcept(List.of(), source, random));
  }

  @Override
  public @Nullable Backend pickExcept(
      Collection<Backend> tried, @Nullable SocketAddress source, RandomGenerator random) {
    boolean anyTried = !tried.isEmpty();
    Backend lowest = null;
    long lowestActive = 0;
    long lowestWeight = 0;
    int equal = 0;
    for (int i = 0; i < candidates.size(); i++) {
      Backend backend = candidates.get(i);
      if (anyTried && tried.contains(backend)) {
        continue;
      }
      long active = backend.clusterActive() + 1L;
      long weight = candidates.weight(i);
      long order = lowest == null ? -1 : active * lowestWeight - lowestActive * weight;
      equal = order < 0 ? 1 : order == 0 ? equal + 1 : equal;
      // Reservoir sampling: the k-th of equal ones replaces the last with probability 1/k.
      if (order < 0 || (order == 0 && random.nextInt(equal) == 0)) {
        lowest = backend;
        lowestActive = active;
        lowestWeight = weight;
      }
    }
    return lowest;
  }
}
