package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws by weight whether a session is refused, and leaves the others to a balancer that goes by
 * counts: the backend that refuses has no sessions, so that such a balancer would give it all.
 */
record RejectShare(Candidates candidates, int reject, Balancer others) implements Balancer {

  /** {@code balancer} of all {@code candidates}, or of those that do not refuse. */
  static Balancer of(Candidates candidates, Function<Candidates, Balancer> balancer) {
    int reject =
        IntStream.range(0, candidates.size())
            .filter(index -> candidates.get(index).isReject())
            .findFirst()
            .orElse(-1);
    if (reject < 0 || candidates.size() == 1) {
      return balancer.apply(candidates);
    }
    int[] others = IntStream.range(0, candidates.size()).filter(index -> index != reject).toArray();
    List<Backend> serving = IntStream.of(others).mapToObj(candidates::get).toList();
    long[] weights = IntStream.of(others).mapToLong(candidates::weight).toArray();
    return new RejectShare(candidates, reject, balancer.apply(Candidates.of(serving, weights)));
  }

  @Override
  public Backend pick(@Nullable SocketAddress source, RandomGenerator random) {
    return candidates.draw(random) == reject ? candidates.get(reject) : others.pick(source, random);
  }
}
