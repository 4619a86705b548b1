package dev.fairlead.member;

import dev.fairlead.cluster.health.HealthListener;
import dev.fairlead.config.Durations;
import dev.fairlead.config.PoolConfig.OnBackendDown;
import dev.fairlead.config.PoolConfig.Outlier;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.health.Outliers;
import dev.fairlead.pool.health.ProbeLoop;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.SessionListener;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to backends while the configuration stays: they go down and come up by the verdict
 * of the cluster, are ejected for what this member's sessions see, and take their share again
 * slowly. Probes what the cluster asks this member for.
 *
 * <p>Its state belongs to a Vert.x context of its own; the methods may be called from any thread
 * and return at once.
 */
final class BackendCare implements HealthListener, SessionListener, Outliers.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(BackendCare.class);

  /** How often ejections end and shares grow. */
  private static final long TICK_MILLIS = 250;

  /** Over which sessions are spread that lose their backend. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final ContextInternal context;
  private final Transport transport;
  private final Outliers outliers = new Outliers(System::nanoTime, this);

  /** Pools whose backends' status has changed since a worker last looked. */
  private final Set<String> stale = new HashSet<>();

  private boolean refreshing;
  private Proxy proxy;
  private News news;
  private Probing probing;
  private long timer;
  private boolean stopped;

  /** Who hears of it all. */
  interface News extends Probing.Verdicts {
    /** Tells everybody; {@code event} is given who this member is. */
    void publish(Function<MemberId, SystemEvent> event);
  }

  BackendCare(Vertx vertx, Transport transport) {
    this.vertx = vertx;
    this.transport = transport;
    this.context = (ContextInternal) vertx.getOrCreateContext();
  }

  /** Cares for the backends of {@code proxy} from now on; before anything is in force. */
  void start(Proxy ofMember, News listener) {
    proxy = ofMember;
    news = listener;
    probing =
        new Probing(
            new ProbeLoop(
                context.nettyEventLoop(),
                transport,
                task -> vertx.executeBlocking(() -> run(task), false),
                new SplittableRandom(),
                System::nanoTime),
            make -> context.executeBlocking(make, false),
            listener);
    proxy.onSwitch(this::switched);
    timer = vertx.setPeriodic(TICK_MILLIS, id -> context.runOnContext(turn -> tick()));
  }

  void stop() {
    vertx.cancelTimer(timer);
    context.runOnContext(
        turn -> {
          stopped = true;
          probing.stop();
        });
  }

  @Override
  public void probe(Backend backend, long assignment, Boolean initial) {
    context.runOnContext(
        turn -> {
          Pool pool = poolOf(backend);
          if (pool != null && !stopped) {
            probing.begin(backend, pool.config(), assignment, initial);
          } else {
            probing.end(backend);
          }
        });
  }

  @Override
  public void stopProbing(Backend backend) {
    context.runOnContext(turn -> probing.end(backend));
  }

  @Override
  public void healthy(Backend backend, boolean healthy, String reason) {
    context.runOnContext(turn -> turned(backend, healthy, reason));
  }

  @Override
  public void failed(Pool pool, Backend backend) {
    Outlier outlier = pool.config().outlier();
    if (outlier != null && backend.failuresInRow() >= outlier.failures() && !backend.isEjected()) {
      context.runOnContext(turn -> judge(backend));
    }
  }

  /** By the configuration of now: the session that failed may be of an older one. */
  private void judge(Backend backend) {
    Pool pool = poolOf(backend);
    if (pool != null) {
      outliers.failed(pool, backend);
    }
  }

  @Override
  public void ejected(Pool pool, Backend backend, int failures, Duration time) {
    LOG.warn(
        "backend {} is ejected for {}: {} failures in a row",
        backend,
        Durations.show(time),
        failures);
    news.publish(
        self ->
            new SystemEvent.BackendEjected(
                self, Instant.now(), backend.pool(), backend.id(), failures, time));
    refresh(pool.name());
  }

  @Override
  public void returned(Pool pool, Backend backend) {
    LOG.info("backend {} is used again", backend);
    backend.backSince(System.nanoTime());
    news.publish(
        self -> new SystemEvent.BackendReturned(self, Instant.now(), backend.pool(), backend.id()));
    refresh(pool.name());
  }

  private void turned(Backend backend, boolean healthy, String reason) {
    if (backend.isHealthy() == healthy) {
      return;
    }
    backend.healthy(healthy);
    Pool pool = poolOf(backend);
    if (pool == null) {
      return; // It is configured no more, and nobody probes it.
    }
    if (reason == null) {
      LOG.debug("backend {} is not probed any more", backend);
    } else if (healthy) {
      LOG.info("backend {} is up: {}", backend, reason);
      backend.backSince(System.nanoTime());
      news.publish(
          self -> new SystemEvent.BackendUp(self, Instant.now(), backend.pool(), backend.id()));
    } else {
      LOG.warn("backend {} is down: {}", backend, reason);
      news.publish(
          self ->
              new SystemEvent.BackendDown(
                  self, Instant.now(), backend.pool(), backend.id(), reason));
    }
    if (!healthy && pool.config().onBackendDown() == OnBackendDown.CLOSE) {
      proxy.loops().endSessionsAt(backend, CLOSING, CloseReason.BACKEND_DOWN);
    }
    refresh(backend.pool());
  }

  private void tick() {
    List<Pool> now = proxy.pools();
    outliers.tick(now);
    now.stream().filter(Pool::isStale).forEach(pool -> refresh(pool.name()));
  }

  private void switched(List<Pool> before, List<Pool> now) {
    context.runOnContext(
        turn -> {
          closeRemoved(before, now);
          probing.follow(now);
        });
  }

  /** Sessions of backends that are configured no more, where their pool wants that. */
  private void closeRemoved(List<Pool> last, List<Pool> now) {
    Set<String> there = new HashSet<>();
    now.forEach(pool -> pool.backends().forEach(backend -> there.add(backend.toString())));
    for (Pool before : last) {
      Pool pool = poolCalled(before.name());
      boolean close =
          (pool == null ? before : pool).config().onBackendDown() == OnBackendDown.CLOSE;
      before.backends().stream()
          .filter(backend -> close && !there.contains(backend.toString()))
          .forEach(gone -> proxy.loops().endSessionsAt(gone, CLOSING, CloseReason.BACKEND_REMOVED));
    }
  }

  /** Has a worker choose anew who takes the sessions of that pool; one worker at a time. */
  private void refresh(String pool) {
    stale.add(pool);
    if (!refreshing) {
      refreshing = true;
      refreshAll();
    }
  }

  private void refreshAll() {
    List<Pool> pools = new ArrayList<>();
    proxy.pools().stream().filter(pool -> stale.contains(pool.name())).forEach(pools::add);
    stale.clear();
    context
        .executeBlocking(
            () -> {
              pools.forEach(Pool::refresh);
              return null;
            })
        .onFailure(cause -> LOG.error("pools could not be refreshed", cause))
        .onComplete(
            done -> {
              proxy.limiters().backendsChanged();
              refreshing = !stale.isEmpty();
              if (refreshing) {
                refreshAll();
              }
            });
  }

  /** The pool in force that has a backend of that id, null = none has. */
  private Pool poolOf(Backend backend) {
    Pool pool = poolCalled(backend.pool());
    return pool != null && pool.backends().stream().anyMatch(each -> each.id().equals(backend.id()))
        ? pool
        : null;
  }

  private Pool poolCalled(String name) {
    return proxy.pools().stream().filter(pool -> pool.name().equals(name)).findFirst().orElse(null);
  }

  private static Void run(Runnable task) {
    task.run();
    return null;
  }
}
