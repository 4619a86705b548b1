package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A named set of backends and the rule that chooses among them, as one configuration has it. Shared
 * by all event loops. What changes are the backends' counts and status, and who is chosen: one
 * volatile cell, replaced whole by {@link #refresh}.
 */
public final class Pool {
  private final PoolConfig config;

  /** Found elsewhere, whether or not they are in {@link #backends}: an id may be configured too. */
  private final List<BackendConfig> found;

  /** The configured ones come first. */
  private final List<Backend> backends;

  /** Where round-robin stands; handed on to the pool that replaces this one. */
  private final AtomicLong position;

  private volatile Choice choice;

  private Pool(Source source, List<Backend> backends, AtomicLong position) {
    this.config = source.config();
    this.found = source.found();
    this.backends = backends;
    this.position = position;
    refresh();
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
    Set<Backend> there = before == null ? null : new HashSet<>(before.backends);
    List<Backend> backends =
        source.backends().map(backend -> of(name, there, backend, known.apply(backend))).toList();
    return new Pool(source, backends, before == null ? new AtomicLong() : before.position);
  }

  /**
   * Whoever joins a pool that has others, or takes sessions again, begins with a small share.
   *
   * @param there the pool's until now, null = it is new
   */
  private static Backend of(String pool, Set<Backend> there, BackendConfig backend, Backend last) {
    Backend next = Backend.of(pool, backend, last);
    boolean joins = there != null && !there.contains(last);
    boolean isBack = last != null && !last.isWanted() && next.isWanted();
    if (joins || isBack) {
      next.backSince(System.nanoTime());
    }
    return next;
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
   * Chooses an eligible backend of the lowest tier that has one, and of the next when all of that
   * are tried; does not count it. Allocates nothing when {@code tried} is empty, but for {@code
   * source-hash} and an IPv6 client: the JDK gives its 16 bytes as a copy only.
   *
   * @param source the client's address; only {@code source-hash} looks at it, so null will do for
   *     the others and stands for one and the same client there
   * @param tried backends of this very pool that are out of the question
   * @return null when none is left
   */
  public Backend pick(SocketAddress source, Collection<Backend> tried) {
    return choice.pick(source, tried, ThreadLocalRandom.current());
  }

  /**
   * {@link #pick(SocketAddress, Collection)} where some have no room: a tier that has others is not
   * left for that, so backups stay for when primaries fail.
   *
   * @param full backends of this very pool
   * @return null when none is left, or all that are have no room
   */
  public Backend pick(SocketAddress source, Collection<Backend> tried, Collection<Backend> full) {
    return choice.pick(source, tried, full, ThreadLocalRandom.current());
  }

  /**
   * Whom a session of {@code source} would get now, without taking a turn: one that has room. Fills
   * tables as {@link #refresh} does.
   *
   * @return null = nobody
   */
  public Backend wouldPick(SocketAddress source) {
    List<Backend> full = backends.stream().filter(backend -> !backend.hasRoom()).toList();
    AtomicLong same = new AtomicLong(position.get());
    return Choice.of(config, backends, same, System.nanoTime())
        .pick(source, List.of(), full, ThreadLocalRandom.current());
  }

  /** Whether {@link #refresh} would change who is chosen. Any thread. */
  public boolean isStale() {
    return choice.isStale(backends);
  }

  /**
   * Chooses by the status that the backends have now. Fills tables, which may take milliseconds, so
   * not on an event loop; one thread at a time.
   */
  public final void refresh() {
    choice = Choice.of(config, backends, position, System.nanoTime());
  }

  /**
   * The lowest tier with an eligible backend: those of higher ones get what that one can't take.
   */
  public int tier() {
    return choice.tier();
  }
}
