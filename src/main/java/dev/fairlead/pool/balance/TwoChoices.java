package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.random.RandomGenerator;

/**
 * Draws two different backends by weight and takes the one with the lower {@code (clusterActive +
 * 1) / weight}; the first drawn when they are equal. Almost as even as looking at all of them, and
 * balancers that share one stale view do not all run to the same backend (Mitzenmacher, "The Power
 * of Two Choices in Randomized Load Balancing", 2001).
 */
final class TwoChoices implements Balancer {
  private final Candidates candidates;

  TwoChoices(Candidates candidates) {
    this.candidates = candidates;
  }

  @Override
  public Backend pick(SocketAddress source, RandomGenerator random) {
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    int first = candidates.draw(random);
    int second = candidates.drawOther(first, random);
    return candidates.get(isLower(second, first) ? second : first);
  }

  @Override
  public Backend pickExcept(
      Collection<Backend> tried, SocketAddress source, RandomGenerator random) {
    return candidates.drawExcept(tried, random);
  }

  private boolean isLower(int one, int other) {
    long oneActive = candidates.get(one).clusterActive() + 1L;
    long otherActive = candidates.get(other).clusterActive() + 1L;
    return oneActive * candidates.weight(other) < otherActive * candidates.weight(one);
  }
}
