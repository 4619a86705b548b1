package dev.fairlead.pool.discovery;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.resolver.NameResolver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves the host names of configured backends: when a name is new, and again every {@link
 * #REFRESH}. A failure keeps the last answer, and is logged when it begins or changes. Discovered
 * backends are resolved by {@link Discovery}. Methods may be called from any thread and never
 * block.
 */
public final class HostNames {
  /** Lowering it follows the DNS sooner, at the expense of queries: one a name and member. */
  public static final Duration REFRESH = Duration.ofSeconds(30);

  /**
   * The longest wait of a change for the addresses of its new names. Raising it lets fewer sessions
   * find a backend without an address, at the expense of slower pushes while the DNS fails.
   */
  public static final Duration FIRST_ANSWER = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(HostNames.class);

  private final Vertx vertx;
  private final NameLookup lookup;

  /** Runs from construction to {@link #stop}. */
  private final long timer;

  /** The last logged kind of failure by host name; none once the name is resolved or removed. */
  private final Map<String, Class<?>> failures = new ConcurrentHashMap<>();

  private volatile Pools pools = Pools.NONE;

  /** Resolves host names without blocking. */
  @FunctionalInterface
  public interface NameLookup {
    /** For each name at least one address, or a failure. */
    Map<String, Future<List<InetAddress>>> addressesOf(Set<String> hostNames);

    /** The hosts file, then Vert.x's own resolver, which has only one line of that file. */
    static NameLookup of(Vertx vertx) {
      return of(vertx, HostsFile.OF_MACHINE::read);
    }

    /** Calls {@code hosts} once for all names together: it may be a long file. */
    static NameLookup of(Vertx vertx, Callable<HostsFile.HostsEntries> hosts) {
      NameResolver resolver = ((VertxInternal) vertx).nameResolver();
      return hostNames -> {
        if (hostNames.isEmpty()) {
          return Map.of();
        }
        Future<HostsFile.HostsEntries> read = vertx.executeBlocking(hosts, false);
        return hostNames.stream()
            .collect(
                Collectors.toMap(
                    name -> name,
                    name ->
                        read.map(entries -> entries.addressesOf(name).all())
                            .compose(
                                found ->
                                    found.isEmpty()
                                        ? ask(resolver, name)
                                        : Future.succeededFuture(found))));
      };
    }

    private static Future<List<InetAddress>> ask(NameResolver resolver, String hostName) {
      return resolver
          .resolveAll(hostName)
          .map(answer -> answer.stream().map(InetSocketAddress::getAddress).toList());
    }
  }

  public HostNames(Vertx vertx, NameLookup lookup) {
    this.vertx = vertx;
    this.lookup = lookup;
    this.timer = vertx.setPeriodic(REFRESH.toMillis(), id -> refresh());
  }

  /**
   * Resolves the host names in {@code next}, which may be put in force later, except those that are
   * watched and resolved. Succeeds when every query is answered or has failed, at the latest after
   * {@link #FIRST_ANSWER}; later answers are added to the map.
   */
  public Future<Map<String, List<InetAddress>>> lookUp(List<PoolConfig> next) {
    Map<String, List<InetAddress>> found = known();
    Set<String> unknown =
        next.stream()
            .flatMap(pool -> pool.backends().stream())
            .map(Backend::hostNameOf)
            .filter(Objects::nonNull)
            .filter(name -> !found.containsKey(name))
            .collect(Collectors.toSet());
    Map<String, Future<List<InetAddress>>> answers = lookup.addressesOf(unknown);
    answers.forEach((name, answer) -> answer.onSuccess(all -> found.put(name, all)));
    return Future.join(List.copyOf(answers.values()))
        .timeout(FIRST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
        .transform(done -> Future.succeededFuture(found));
  }

  /**
   * Watches the names of {@code next} instead of the previous ones. Backends without an address get
   * theirs from {@code found}, of {@link #lookUp}; those without an answer there are resolved
   * again.
   */
  public void watch(Pools next, Map<String, List<InetAddress>> found) {
    pools = next;
    Map<String, List<Backend>> named = byHostName(next);
    failures.keySet().retainAll(named.keySet());
    named
        .values()
        .removeIf(backends -> backends.stream().noneMatch(each -> each.addresses().isEmpty()));
    Map<String, List<Backend>> unknown = new HashMap<>();
    named.forEach(
        (name, backends) -> {
          List<InetAddress> addresses = found.get(name);
          if (addresses == null) {
            unknown.put(name, backends);
          } else {
            answered(name, addresses, backends);
          }
        });
    resolve(unknown);
  }

  /** Sends no more queries; answers under way may still arrive. */
  public void stop() {
    vertx.cancelTimer(timer);
  }

  /** Resolves all names again; called by the timer. */
  void refresh() {
    resolve(byHostName(pools));
  }

  private void resolve(Map<String, List<Backend>> named) {
    lookup
        .addressesOf(named.keySet())
        .forEach(
            (name, answer) -> {
              List<Backend> backends = Objects.requireNonNull(named.get(name));
              answer
                  .onSuccess(addresses -> answered(name, addresses, backends))
                  .onFailure(cause -> failed(name, cause, backends));
            });
  }

  private void answered(String name, List<InetAddress> addresses, List<Backend> backends) {
    backends.forEach(backend -> backend.resolved(addresses));
    if (failures.remove(name) != null) {
      LOG.info("host name {}: resolved again", name);
    }
  }

  private void failed(String name, Throwable cause, List<Backend> backends) {
    // By class: the message contains the number of queries, which varies.
    if (failures.put(name, cause.getClass()) != cause.getClass()) {
      boolean known = backends.stream().anyMatch(backend -> !backend.addresses().isEmpty());
      LOG.warn(
          "host name {}: not resolved, {}: {}",
          name,
          known ? "keeping the last answer" : "so its backends cannot be reached",
          cause instanceof UnknownHostException ? cause.getMessage() : cause.toString());
    }
  }

  /** The last answers of the names that are watched. */
  private Map<String, List<InetAddress>> known() {
    Map<String, List<InetAddress>> known = new ConcurrentHashMap<>();
    byHostName(pools).values().stream()
        .flatMap(List::stream)
        .filter(backend -> !backend.addresses().isEmpty())
        .forEach(backend -> known.put(backend.hostName(), addressesOf(backend)));
    return known;
  }

  private static List<InetAddress> addressesOf(Backend backend) {
    return backend.addresses().stream()
        .map(address -> ((InetSocketAddress) address).getAddress())
        .toList();
  }

  private static Map<String, List<Backend>> byHostName(Pools pools) {
    return pools.all().stream()
        .map(Pool::configured)
        .flatMap(List::stream)
        .filter(backend -> backend.hostName() != null)
        .collect(Collectors.groupingBy(Backend::hostName));
  }
}
