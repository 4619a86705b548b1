package dev.fairlead.pool.discovery;

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
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The question of one pool, asked again and again, and the last answer to it. Never two questions
 * at the same time. Any thread; {@link #start} and {@link #stop} under the lock of {@link
 * Discovery}.
 */
final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  /** Host names whose addresses are asked for at the same time. */
  private static final int AT_ONCE = 16;

  private static final long NO_TIMER = -1;

  private final String pool;
  private final DiscoveryConfig config;
  private final ServiceLookup lookup;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Found found;
  private volatile boolean stopped;

  /** Whether the last answer was kept for want of a whole one. */
  private boolean failing;

  private long timer = NO_TIMER;

  /**
   * @param before what this pool asked until now, null = nothing; its answer stays the last one
   *     while the question is the same
   */
  Watch(String pool, DiscoveryConfig config, ServiceLookup lookup, Watch before) {
    this.pool = pool;
    this.config = config;
    this.lookup = lookup;
    this.found = before != null && before.isSameQuestion(config) ? before.found : Found.NOTHING;
  }

  private boolean isSameQuestion(DiscoveryConfig other) {
    return config.equals(
        new DiscoveryConfig(other.dns(), other.port(), other.srv(), config.refresh()));
  }

  String pool() {
    return pool;
  }

  boolean asks(DiscoveryConfig other) {
    return config.equals(other);
  }

  /** The last answer, without backends when there was none yet. */
  Found found() {
    return found;
  }

  /** Whether {@code made} has exactly the backends found, but for those that are configured. */
  boolean isIn(Pool made) {
    return made == null || made.isMadeOf(found.backends());
  }

  /** Has {@code ask} run every {@code refresh}; once more is nothing. */
  void start(Vertx vertx, Consumer<Watch> ask) {
    if (timer == NO_TIMER) {
      timer = vertx.setPeriodic(config.refresh().toMillis(), id -> ask.accept(this));
    }
  }

  void stop(Vertx vertx) {
    stopped = true;
    vertx.cancelTimer(timer);
  }

  /** Asks, unless it does already. Gives whether the backends are others now; never fails. */
  Future<Boolean> ask() {
    if (!asking.compareAndSet(false, true)) {
      return Future.succeededFuture(false);
    }
    return Future.succeededFuture()
        .compose(any -> next())
        .transform(
            done -> {
              asking.set(false);
              return Future.succeededFuture(done.succeeded() ? take(done.result()) : failed(done));
            });
  }

  private Future<Found> next() {
    return config.srv() == null
        ? lookup
            .addressesOf(config.dns())
            .map(
                answer -> {
                  told(answer.isWhole() ? null : "only one kind of addresses is answered");
                  return Found.of(answer.over(found.asked()), config.port());
                })
        : lookup
            .servicesOf(config.srv())
            .compose(
                services ->
                    addressesOf(services)
                        .map(
                            addresses -> {
                              told(null);
                              return Found.of(services, addresses);
                            }));
  }

  private boolean take(Found next) {
    boolean other = !next.backends().equals(found.backends());
    if (other) {
      LOG.info("pool {}: {} has {} backends", pool, config.name(), next.backends().size());
    }
    found = next;
    return other;
  }

  private boolean failed(AsyncResult<Found> done) {
    told(done.cause().getMessage());
    return false;
  }

  /** Logs when a trouble begins and when it is over; null = there is none. */
  private synchronized void told(String trouble) {
    if (stopped) {
      return;
    }
    if (trouble != null && !failing) {
      LOG.warn("pool {}: {}: keeping the last answer: {}", pool, config.name(), trouble);
    }
    if (trouble == null && failing) {
      LOG.info("pool {}: {}: answered again", pool, config.name());
    }
    failing = trouble != null;
  }

  /** The addresses of all targets; the last ones where they can't be had. */
  private Future<Map<String, Addresses>> addressesOf(List<Service> services) {
    Map<String, Addresses> known = new ConcurrentHashMap<>();
    List<String> targets = services.stream().map(Service::target).distinct().toList();
    Queue<String> left = new ConcurrentLinkedQueue<>(targets);
    List<Future<Void>> lanes =
        Stream.generate(() -> addressesOf(left, known))
            .limit(Math.min(AT_ONCE, targets.size()))
            .toList();
    return Future.join(lanes).map(done -> new HashMap<>(known));
  }

  /** One after the other, until none is left. */
  private Future<Void> addressesOf(Queue<String> left, Map<String, Addresses> known) {
    String target = left.poll();
    if (target == null) {
      return Future.succeededFuture();
    }
    Addresses last = found.addresses().get(target);
    // The dot says that the name is whole: no search list.
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
