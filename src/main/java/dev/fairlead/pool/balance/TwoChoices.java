package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Draws two different backends by weight and picks the one with the lower {@code (clusterActive +
 * 1) / weight}, the first drawn if they are equal. Almost as even as a comparison of all, and
 * balancers with one stale view do not herd to the same backend (Mitzenmacher, "The Power of Two
 * Choices in Randomized Load Balancing", 2001).
 */
record TwoChoices(Candidates candidates) implements Balancer {
  @Override
  public Backend pick(@Nullable SocketAddress source, RandomGenerator random) {
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    int first = candidates.draw(random);
    int second = candidates.drawOther(first, random);
    return candidates.get(isLower(second, first) ? second : first);
  }

  private boolean isLower(int one, int other) {
    long oneActive = candidates.get(one).clusterActive() + 1L;
    long otherActive = candidates.get(other).clusterActive() + 1L;
    return oneActive * candidates.weight(other) < otherActive * candidates.weight(one);
  }
}
