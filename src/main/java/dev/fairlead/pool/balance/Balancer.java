package dev.fairlead.pool.balance;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks one of the backends that take new sessions. Immutable except for the position of
 * round-robin; called by all event loops at once, without a lock.
 */
public interface Balancer {

  /**
   * The balancer that {@code balance} configures.
   *
   * @param candidates at least one
   * @param position of round-robin; shared by all successive balancers of a pool
   */
  static Balancer of(Balance balance, Candidates candidates, AtomicLong position) {
    return switch (balance) {
      case WEIGHTED_RANDOM -> new WeightedRandom(candidates);
      case ROUND_ROBIN -> new RoundRobin(candidates, position);
      case LEAST_CONNECTIONS -> RejectShare.of(candidates, LeastConnections::new);
      case TWO_CHOICES -> RejectShare.of(candidates, TwoChoices::new);
      case SOURCE_HASH -> new SourceHash(candidates);
    };
  }

  /**
   * This one, or the same that fills backends up to {@code shares} first: sessions of the whole
   * cluster, by id.
   */
  default Balancer below(Map<String, Long> shares) {
    return new BelowShare(this, shares);
  }

  /** The backends to pick from. */
  Candidates candidates();

  /** The first pick for the session of a client with that address, if it has one. */
  Backend pick(@Nullable SocketAddress source, RandomGenerator random);

  /**
   * Another pick, for a session whose earlier ones failed, not in {@code tried}; null if none is
   * left. A draw by weight, where the algorithm has nothing better. Takes linear time.
   */
  default @Nullable Backend pickExcept(
      Collection<Backend> tried, @Nullable SocketAddress source, RandomGenerator random) {
    return candidates().drawExcept(tried, random);
  }
}
