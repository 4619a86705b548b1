package dev.fairlead.pool.discovery;

import dev.fairlead.config.Plural;
import dev.fairlead.config.PoolConfig.DiscoveryConfig;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.discovery.ServiceLookup.Addresses;
import dev.fairlead.pool.discovery.ServiceLookup.Service;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The periodic query of one pool and its last answer. Never two queries at the same time. Any
 * thread; {@link #start} and {@link #stop} under the lock of {@link Discovery}.
 */
final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  /** Queries for SRV targets at once. Raising it answers sooner, at the expense of bursts. */
  private static final int CONCURRENCY = 16;

  private static final long NO_TIMER = -1;

  private final String pool;
  private final DiscoveryConfig config;
  private final ServiceLookup lookup;
  private final AtomicBoolean querying = new AtomicBoolean();
  private volatile Found found;
  private volatile boolean stopped;

  /** Whether the last query failed, or was answered in part. */
  private boolean failing;

  private long timer = NO_TIMER;

  /** Keeps the last answer of {@code before}, the pool's watch until now, to the same query. */
  Watch(String pool, DiscoveryConfig config, ServiceLookup lookup, @Nullable Watch before) {
    this.pool = pool;
    this.config = config;
    this.lookup = lookup;
    this.found = before != null && before.isSameQuery(config) ? before.found : Found.NOTHING;
  }

  private boolean isSameQuery(DiscoveryConfig other) {
    return config.equals(
        new DiscoveryConfig(other.dns(), other.port(), other.srv(), config.refresh()));
  }

  String pool() {
    return pool;
  }

  boolean asks(DiscoveryConfig other) {
    return config.equals(other);
  }

  Found found() {
    return found;
  }

  /** Whether {@code made} was made with the last answer. */
  boolean isIn(@Nullable Pool made) {
    return made == null || made.isMadeOf(found.backends());
  }

  /** Runs {@code query} every {@code refresh}. Idempotent. */
  void start(Vertx vertx, Consumer<Watch> query) {
    if (timer == NO_TIMER) {
      timer = vertx.setPeriodic(config.refresh().toMillis(), id -> query.accept(this));
    }
  }

  void stop(Vertx vertx) {
    stopped = true;
    vertx.cancelTimer(timer);
  }

  /** Queries, unless a query is under way. Returns whether the backends changed; never fails. */
  Future<Boolean> query() {
    if (!querying.compareAndSet(false, true)) {
      return Future.succeededFuture(false);
    }
    return Future.succeededFuture()
        .compose(any -> next())
        .transform(
            done -> {
              querying.set(false);
              return Future.succeededFuture(done.succeeded() ? take(done.result()) : failed(done));
            });
  }

  private Future<Found> next() {
    if (config.srv() != null) {
      return lookup
          .servicesOf(config.srv())
          .compose(services -> addressesOf(services).map(each -> Found.of(services, each)))
          .onSuccess(answer -> logState(null));
    }
    return lookup
        .addressesOf(Objects.requireNonNull(config.dns()))
        .onSuccess(
            each -> logState(each.isWhole() ? null : "only one kind of addresses is answered"))
        .map(answer -> Found.of(answer.over(found.asked()), config.port()));
  }

  private boolean take(Found next) {
    boolean other = !next.backends().equals(found.backends());
    if (other) {
      LOG.info(
          "pool {}: {} has {}", pool, config.name(), Plural.of(next.backends().size(), "backend"));
    }
    found = next;
    return other;
  }

  private boolean failed(AsyncResult<Found> done) {
    logState(String.valueOf(done.cause().getMessage()));
    return false;
  }

  /** Logs when a problem begins and when it ends; null if there is none. */
  private synchronized void logState(@Nullable String problem) {
    if (stopped) {
      return;
    }
    if (problem != null && !failing) {
      String answer = found.backends().isEmpty() ? "no backends yet" : "keeping the last answer";
      LOG.warn("pool {}: {}: {}: {}", pool, config.name(), answer, problem);
    }
    if (problem == null && failing) {
      LOG.info("pool {}: {}: answered again", pool, config.name());
    }
    failing = problem != null;
  }

  /** The addresses of all targets; where a query fails, the last ones. */
  private Future<Map<String, Addresses>> addressesOf(List<Service> services) {
    Map<String, Addresses> known = new ConcurrentHashMap<>();
    List<String> targets = services.stream().map(Service::target).distinct().toList();
    Queue<String> left = new ConcurrentLinkedQueue<>(targets);
    List<Future<Void>> lanes =
        Stream.generate(() -> addressesOf(left, known))
            .limit(Math.min(CONCURRENCY, targets.size()))
            .toList();
    return Future.join(lanes).map(done -> new HashMap<>(known));
  }

  /** Queries one target after the other until none is left. */
  private Future<Void> addressesOf(Queue<String> left, Map<String, Addresses> known) {
    String target = left.poll();
    if (target == null) {
      return Future.succeededFuture();
    }
    Addresses last = found.addresses().get(target);
    // The dot ends an absolute name: no search list.
    return lookup
        .addressesOf(target + ".")
        .transform(
            done -> {
              Addresses now = done.succeeded() ? done.result().over(last) : last;
              if (now != null) {
                known.put(target, now);
              }
              return addressesOf(left, known);
            });
  }
}
