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
import org.jspecify.annotations.Nullable;

/**
 * The balancers of a pool for the backends that are eligible at one moment: one for each tier that
 * has any, the lowest tier first. Immutable except for the position of round-robin. Construction
 * may take milliseconds, because balancers fill their tables.
 *
 * @param growing whether one of them is in its slow start, so that its weight changes with time
 * @param tier the lowest one with an eligible backend
 * @param shares up to which backends are filled first, by id; empty = as the balancers say
 */
record Choice(
    List<Balancer> tiers,
    List<Backend> eligible,
    boolean growing,
    int tier,
    Map<String, Long> shares) {

  /** {@code position} is that of round-robin, {@code now} a {@link System#nanoTime}. */
  static Choice of(PoolConfig config, List<Backend> backends, AtomicLong position, long now) {
    SlowStart slowStart = new SlowStart(config.slowStart(), now);
    List<Backend> eligible = eligible(backends);
    Map<Integer, List<Backend>> byTier = new TreeMap<>();
    for (Backend each : eligible) {
      byTier.computeIfAbsent(each.config().tier(), tier -> new ArrayList<>()).add(each);
    }
    List<List<Backend>> tiers = new ArrayList<>(byTier.values());
    // A share is one of what others serve: alone it would hide that nobody does.
    tiers.removeIf(tier -> tier.stream().allMatch(Backend::isReject));
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
        slowStart.isOn(eligible),
        lowest(eligible),
        Map.of());
  }

  /** The same, with these shares; to be called on one without. */
  Choice below(Map<String, Long> others) {
    return others.isEmpty()
        ? this
        : new Choice(
            tiers.stream().map(each -> each.below(others)).toList(),
            eligible,
            growing,
            tier,
            others);
  }

  /** Whether other backends are eligible now, or a weight has changed by slow start. */
  boolean isStale(List<Backend> backends) {
    return growing || !eligible.equals(eligible(backends));
  }

  /** Picks from the lowest tier with a backend that is not in {@code tried}; null if none is. */
  @Nullable Backend pick(
      @Nullable SocketAddress source, Collection<Backend> tried, RandomGenerator random) {
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

  /** {@code full} is not picked either, but does not send the session to the next tier. */
  @Nullable Backend pick(
      @Nullable SocketAddress source,
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

  private static int lowest(List<Backend> eligible) {
    return eligible.stream()
        .filter(backend -> !backend.isReject())
        .mapToInt(backend -> backend.config().tier())
        .min()
        .orElse(BackendConfig.PRIMARY);
  }

  /** Whether {@code picked}, which was eligible, is ejected, or has had its trial, since. */
  boolean isLate(Backend picked) {
    return picked.isEjected() && !picked.eligible() && !eligible.isEmpty();
  }

  private static List<Backend> eligible(List<Backend> backends) {
    return backends.stream().filter(Backend::eligible).toList();
  }
}
