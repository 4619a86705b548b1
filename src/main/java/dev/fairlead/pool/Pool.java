package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.balance.Balancer;
import dev.fairlead.pool.balance.Candidates;
import java.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A named set of backends and the rule that chooses among them, as one configuration has it.
 * Immutable but for the backends' counts; shared by all event loops.
 */
public final class Pool {
  private final PoolConfig config;

  /** Found elsewhere, whether or not they are in {@link #backends}: an id may be configured too. */
  private final List<BackendConfig> found;

  /** The configured ones come first. */
  private final List<Backend> backends;

  /** Where round-robin stands; handed on to the pool that replaces this one. */
  private final AtomicLong position;

  /** Null when no backend takes new sessions. */
  private final Balancer balancer;

  private Pool(Source source, List<Backend> backends, AtomicLong position) {
    this.config = source.config();
    this.found = source.found();
    this.backends = backends;
    this.position = position;
    Candidates candidates = Candidates.of(backends);
    this.balancer =
        candidates.size() == 0 ? null : Balancer.of(config.balance(), candidates, position);
  }

  /**
   * What a pool is made of.
   *
   * @param found backends found elsewhere, whose ids differ; a configured one of the same id wins
   */
  record Source(PoolConfig config, List<BackendConfig> found) {
    Source {
      found = List.copyOf(found);
    }

    private Stream<BackendConfig> backends() {
      Set<String> configured =
          config.backends().stream().map(BackendConfig::id).collect(Collectors.toSet());
      return Stream.concat(
          config.backends().stream(),
          found.stream().filter(each -> !configured.contains(each.id())));
    }
  }

  /**
   * The pool of {@code source}.
   *
   * @param before the pool it replaces, null = none
   * @param known the backend that had this id in this pool, or null
   */
  static Pool of(Source source, Pool before, Function<BackendConfig, Backend> known) {
    String name = source.config().name();
    List<Backend> backends =
        source.backends().map(backend -> Backend.of(name, backend, known.apply(backend))).toList();
    return new Pool(source, backends, before == null ? new AtomicLong() : before.position);
  }

  public String name() {
    return config.name();
  }

  public PoolConfig config() {
    return config;
  }

  /** All backends, eligible or not: in the order of the configuration, then those discovered. */
  public List<Backend> backends() {
    return backends;
  }

  /** The backends that are not in the configuration. */
  public List<Backend> discovered() {
    return backends.subList(config.backends().size(), backends.size());
  }

  /** The backends that are in the configuration. */
  public List<Backend> configured() {
    return backends.subList(0, config.backends().size());
  }

  /** Whether these are the backends that were found for it. */
  public boolean isMadeOf(List<BackendConfig> others) {
    return found.equals(others);
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
