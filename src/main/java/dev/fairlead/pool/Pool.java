package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.balance.Balancer;
import dev.fairlead.pool.balance.Candidates;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A named set of backends and the rule that chooses among them, as one configuration has it.
 * Immutable but for the backends' counts; shared by all event loops.
 */
public final class Pool {
  private final PoolConfig config;
  private final List<Backend> backends;

  /** Where round-robin stands; handed on to the pool that replaces this one. */
  private final AtomicLong position;

  /** Null when no backend takes new sessions. */
  private final Balancer balancer;

  private Pool(PoolConfig config, List<Backend> backends, AtomicLong position) {
    this.config = config;
    this.backends = backends;
    this.position = position;
    Candidates candidates = Candidates.of(backends);
    this.balancer =
        candidates.size() == 0 ? null : Balancer.of(config.balance(), candidates, position);
  }

  /**
   * The pool of {@code config}.
   *
   * @param before the pool it replaces, null = none
   * @param known the backend that had this id in this pool, or null
   */
  static Pool of(PoolConfig config, Pool before, Function<BackendConfig, Backend> known) {
    List<Backend> backends =
        config.backends().stream()
            .map(backend -> Backend.of(config.name(), backend, known.apply(backend)))
            .toList();
    return new Pool(config, backends, before == null ? new AtomicLong() : before.position);
  }

  public String name() {
    return config.name();
  }

  public PoolConfig config() {
    return config;
  }

  /** All backends in the order of the configuration, eligible or not. */
  public List<Backend> backends() {
    return backends;
  }

  /**
   * Chooses an eligible backend; does not count it. Allocates nothing when {@code tried} is empty,
   * but for {@code source-hash} and an IPv6 client: the JDK gives its 16 bytes as a copy only.
   *
   * @param source the client's address; only {@code source-hash} looks at it, so null will do for
   *     the others and stands for one and the same client there
   * @param tried backends of this very pool that are out of the question
   * @return null when none is left
   */
  public Backend pick(SocketAddress source, List<Backend> tried) {
    if (balancer == null) {
      return null;
    }
    return tried.isEmpty()
        ? balancer.pick(source, ThreadLocalRandom.current())
        : balancer.pickExcept(tried, source, ThreadLocalRandom.current());
  }
}
