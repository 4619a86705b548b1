package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.random.RandomGenerator;

/** Each choice is drawn anew, with a chance in proportion to the weight. */
final class WeightedRandom implements Balancer {
  private final Candidates candidates;

  WeightedRandom(Candidates candidates) {
    this.candidates = candidates;
  }

  @Override
  public Backend pick(SocketAddress source, RandomGenerator random) {
    return candidates.get(candidates.draw(random));
  }

  @Override
  public Backend pickExcept(
      Collection<Backend> tried, SocketAddress source, RandomGenerator random) {
    return candidates.drawExcept(tried, random);
  }
}
