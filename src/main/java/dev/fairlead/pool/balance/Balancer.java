package dev.fairlead.pool.balance;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Chooses among the backends that take new sessions. Immutable but for the position of round-robin;
 * called by all event loops at once, without a lock.
 */
public interface Balancer {

  /**
   * The balancer {@code balance} stands for.
   *
   * @param candidates at least one
   * @param position where round-robin stands; shared by all that succeed one another in a pool
   */
  static Balancer of(Balance balance, Candidates candidates, AtomicLong position) {
    return switch (balance) {
      case WEIGHTED_RANDOM -> new WeightedRandom(candidates);
      case ROUND_ROBIN -> new RoundRobin(candidates, position);
      case LEAST_CONNECTIONS -> new LeastConnections(candidates);
      case TWO_CHOICES -> new TwoChoices(candidates);
      case SOURCE_HASH -> new SourceHash(candidates);
    };
  }

  /**
   * The first choice for a session; never null.
   *
   * @param source the client's address, may be null
   * @param random used on the calling thread only
   */
  Backend pick(SocketAddress source, RandomGenerator random);

  /**
   * Another choice, for a session whose former ones failed. May cost a step for every candidate.
   *
   * @param tried candidates that are out of the question
   * @return null when none is left
   */
  Backend pickExcept(Collection<Backend> tried, SocketAddress source, RandomGenerator random);
}
