package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Draws each pick independently, with a probability in proportion to the weight. */
record WeightedRandom(Candidates candidates) implements Balancer {
  @Override
  public Backend pick(@Nullable SocketAddress source, RandomGenerator random) {
    return candidates.get(candidates.draw(random));
  }
}
