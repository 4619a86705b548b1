package dev.fairlead.pool.discovery;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the addresses of backends with a host name fresh: all addresses of a name, asked for when
 * its backend is new and again every {@link #REFRESH}. A failure keeps the last answer and is
 * logged when it begins or changes. IP addresses and Unix sockets are never asked for.
 *
 * <p>Methods may be called from any thread and never block.
 */
public final class HostNames {
  public static final Duration REFRESH = Duration.ofSeconds(30);

  /** The longest a load waits for the first answers. */
  public static final Duration FIRST_ANSWER = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(HostNames.class);

  private final Vertx vertx;
  private final NameLookup lookup;

  /** Runs from construction to {@link #stop}. */
  private final long timer;

  /** By host name the kind of failure logged of it; a name that is answered or gone has none. */
  private final Map<String, Class<?>> failures = new ConcurrentHashMap<>();

  private volatile Pools pools = Pools.NONE;

  public HostNames(Vertx vertx, NameLookup lookup) {
    this.vertx = vertx;
    this.lookup = lookup;
    this.timer = vertx.setPeriodic(REFRESH.toMillis(), id -> refresh());
  }

  /**
   * Watches the names of {@code next} instead of those before.
   *
   * @return succeeds when every name without an address has had its first answer or failure, at the
   *     latest after {@link #FIRST_ANSWER}; never fails
   */
  public Future<Void> watch(Pools next) {
    pools = next;
    Map<String, List<Backend>> named = byHostName(next);
    failures.keySet().retainAll(named.keySet());
    named.values().removeIf(backends -> backends.stream().noneMatch(HostNames::isUnknown));
    return Future.join(named.entrySet().stream().map(this::resolve).toList())
        .timeout(FIRST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
        .otherwiseEmpty()
        .mapEmpty();
  }

  /** Asks no more; answers under way may still arrive. */
  public void stop() {
    vertx.cancelTimer(timer);
  }

  /** Asks for all names again; the timer does it. */
  void refresh() {
    byHostName(pools).entrySet().forEach(this::resolve);
  }

  /** Succeeds in any case: what went wrong is in the log. */
  private Future<Void> resolve(Map.Entry<String, List<Backend>> named) {
    String name = named.getKey();
    return lookup
        .addressesOf(name)
        .onSuccess(addresses -> answered(name, addresses, named.getValue()))
        .onFailure(cause -> failed(name, cause))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private void answered(String name, List<InetAddress> addresses, List<Backend> backends) {
    backends.forEach(backend -> backend.resolved(addresses));
    if (failures.remove(name) != null) {
      LOG.info("host name {}: resolved again", name);
    }
  }

  private void failed(String name, Throwable cause) {
    // By class: the message counts the queries, which differ from time to time.
    if (failures.put(name, cause.getClass()) != cause.getClass()) {
      LOG.warn("host name {}: not resolved, keeping the last answer: {}", name, cause.toString());
    }
  }

  private static boolean isUnknown(Backend backend) {
    return backend.addresses().isEmpty();
  }

  private static Map<String, List<Backend>> byHostName(Pools pools) {
    return pools.all().stream()
        .map(Pool::backends)
        .flatMap(List::stream)
        .filter(backend -> backend.hostName() != null)
        .collect(Collectors.groupingBy(Backend::hostName));
  }
}
