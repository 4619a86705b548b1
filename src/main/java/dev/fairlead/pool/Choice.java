package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.WhenDown;
import dev.fairlead.pool.balance.Balancer;
import dev.fairlead.pool.balance.Candidates;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Who takes the sessions of a pool at one moment: a balancer for each tier with an eligible
 * backend, the lowest first. Immutable, but for the position of round-robin. Making one may take
 * milliseconds, because balancers fill their tables.
 */
final class Choice {
  private final List<Balancer> tiers;

  /** Those that were eligible when this was made. */
  private final List<Backend> eligible;

  private final boolean growing;

  private Choice(List<Balancer> tiers, List<Backend> eligible, boolean growing) {
    this.tiers = tiers;
    this.eligible = eligible;
    this.growing = growing;
  }

  /**
   * @param position where round-robin stands
   * @param now as {@link System#nanoTime}
   */
  static Choice of(PoolConfig config, List<Backend> backends, AtomicLong position, long now) {
    SlowStart slowStart = new SlowStart(config.slowStart(), now);
    List<Backend> eligible = eligible(backends);
    Map<Integer, List<Backend>> byTier =
        eligible.stream()
            .collect(
                Collectors.groupingBy(
                    backend -> backend.config().tier(), TreeMap::new, Collectors.toList()));
    List<List<Backend>> tiers = new ArrayList<>(byTier.values());
    if (tiers.isEmpty() && config.whenDown() == WhenDown.TRY_ALL) {
      tiers.add(backends.stream().filter(Backend::isWanted).toList());
    }
    tiers.removeIf(List::isEmpty);
    return new Choice(
        tiers.stream()
            .map(tier -> Candidates.of(tier, slowStart.weights(tier)))
            .map(candidates -> Balancer.of(config.balance(), candidates, position))
            .toList(),
        eligible,
        slowStart.isOn(eligible));
  }

  /** Whether other backends are eligible now, or one of them has grown meanwhile. */
  boolean isStale(List<Backend> backends) {
    return growing || !eligible.equals(eligible(backends));
  }

  /**
   * @return null when none is left: a session that has tried a whole tier goes on to the next
   */
  Backend pick(SocketAddress source, Collection<Backend> tried, RandomGenerator random) {
    for (int i = 0; i < tiers.size(); i++) {
      Backend picked =
          tried.isEmpty()
              ? tiers.get(i).pick(source, random)
              : tiers.get(i).pickExcept(tried, source, random);
      if (picked != null) {
        return picked;
      }
    }
    return null;
  }

  /**
   * @param full out of the question too, but no reason to go on to the next tier
   */
  Backend pick(
      SocketAddress source,
      Collection<Backend> tried,
      Collection<Backend> full,
      RandomGenerator random) {
    for (Balancer tier : tiers) {
      if (tier.pickExcept(tried, source, random) != null) {
        Set<Backend> out = new HashSet<>(tried);
        out.addAll(full);
        return tier.pickExcept(out, source, random);
      }
    }
    return null;
  }

  /** The tier that takes the sessions, as long as it has an eligible backend. */
  int tier() {
    return eligible.stream()
        .mapToInt(backend -> backend.config().tier())
        .min()
        .orElse(BackendConfig.PRIMARY);
  }

  private static List<Backend> eligible(List<Backend> backends) {
    return backends.stream().filter(Backend::eligible).toList();
  }
}
