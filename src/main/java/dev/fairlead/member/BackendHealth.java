package dev.fairlead.member;

import dev.fairlead.cluster.health.HealthListener;
import dev.fairlead.config.Durations;
import dev.fairlead.config.Plural;
import dev.fairlead.config.PoolConfig.Outlier;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.event.SystemEvent.BackendDown;
import dev.fairlead.event.SystemEvent.BackendEjected;
import dev.fairlead.net.IdleTimer;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Backend.HealthVerdict;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.health.AgentProbers;
import dev.fairlead.pool.health.Outliers;
import dev.fairlead.pool.health.ProbeLoop;
import dev.fairlead.pool.health.Probers;
import dev.fairlead.session.SessionListener;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The status of the backends while the configuration stays: down and up by the verdict of the
 * cluster, ejection for the failures of this member's sessions, and slow start. Runs the probers
 * that the cluster assigns to this member. It alone writes a backend's status, and must refresh the
 * pool afterwards, else the status has no effect.
 *
 * <p>Its state belongs to a Vert.x context of its own; the methods may be called from any thread
 * and return at once.
 */
final class BackendHealth implements HealthListener, SessionListener, Outliers.EjectionListener {
  private static final Logger LOG = LoggerFactory.getLogger(BackendHealth.class);

  /**
   * How often ejections end and slow starts proceed. Lowering it makes both more exact, at the
   * expense of refilled balancer tables.
   */
  private static final IdleTimer.Intervals TICK =
      new IdleTimer.Intervals(Duration.ofMillis(250), Duration.ofSeconds(2));

  private final Vertx vertx;
  private final ContextInternal context;
  private final Transport transport;
  private final Outliers outliers = new Outliers(System::nanoTime, this);

  /** These seven are set by {@link #start}, before anything else is called. */
  @SuppressWarnings("NullAway.Init")
  private Proxy proxy;

  @SuppressWarnings("NullAway.Init")
  private PoolRefresher refresher;

  @SuppressWarnings("NullAway.Init")
  private SessionCloser closer;

  @SuppressWarnings("NullAway.Init")
  private BackendReports reports;

  @SuppressWarnings("NullAway.Init")
  private Probers probers;

  /** Of the backends that this member has ejected; they do not count for the cluster's verdict. */
  @SuppressWarnings("NullAway.Init")
  private Probers trials;

  @SuppressWarnings("NullAway.Init")
  private AgentProbers agents;

  private final IdleTimer timer;
  private boolean stopped;

  /** Reports to the cluster. */
  interface BackendReports extends Probers.VerdictListener, AgentProbers.AnswerListener {
    /** Publishes the event that {@code event} makes for this member. */
    void publish(Function<MemberId, SystemEvent> event);
  }

  BackendHealth(Vertx vertx, Transport transport) {
    this.vertx = vertx;
    this.transport = transport;
    this.context = (ContextInternal) vertx.getOrCreateContext();
    this.timer = new IdleTimer(context, TICK, () -> refresher.isSettled(), this::tick);
  }

  /** To be called before the first configuration is in force. */
  void start(Proxy ofMember, BackendReports toCluster) {
    proxy = ofMember;
    refresher = new PoolRefresher(context, proxy, timer::hurry);
    closer = new SessionCloser(proxy.loops());
    reports = toCluster;
    ProbeLoop loop =
        new ProbeLoop(
            context.nettyEventLoop(),
            transport,
            task -> vertx.executeBlocking(() -> run(task), false),
            proxy::tlsOfPool,
            new SplittableRandom(),
            System::nanoTime);
    ProberWorker worker = new ProberWorker(context);
    probers = new Probers(loop, worker, toCluster);
    agents = new AgentProbers(loop, toCluster);
    trials = new Probers(loop, worker, new TrialListener());
    proxy.onSwitch(this::switched);
    context.runOnContext(turn -> timer.start());
  }

  void stop() {
    context.runOnContext(
        turn -> {
          stopped = true;
          timer.stop();
          probers.stop();
          trials.stop();
          agents.stop();
        });
  }

  @Override
  public void probe(Backend backend, long assignment, @Nullable Boolean current) {
    context.runOnContext(
        turn -> {
          Pool pool = poolOf(backend);
          if (pool != null && !stopped) {
            probers.begin(backend, pool.config(), assignment, current);
          } else {
            probers.end(backend);
          }
        });
  }

  @Override
  public void stopProbing(Backend backend) {
    context.runOnContext(turn -> probers.end(backend));
  }

  @Override
  public void healthy(Backend backend, boolean healthy, @Nullable String reason) {
    context.runOnContext(turn -> turned(backend, healthy, reason));
  }

  @Override
  public void failed(Pool pool, Backend backend) {
    Outlier outlier = pool.config().outlier();
    if (outlier != null && backend.failuresInRow() >= outlier.failures() && !backend.isEjected()) {
      context.runOnContext(turn -> judge(backend));
    }
  }

  /** Under the configuration in force: the session that failed may be of an older one. */
  private void judge(Backend failed) {
    Pool pool = poolOf(failed);
    if (pool != null) {
      inForce(pool, failed).ifPresent(backend -> outliers.failed(pool, backend));
    }
  }

  /** Probes ejected backends, where the pool has a way to probe. */
  private final class TrialListener implements Probers.VerdictListener {
    @Override
    public void probed(Backend backend, boolean passed) {
      Pool pool = poolOf(backend);
      if (pool != null) {
        outliers.probed(pool, backend, passed);
      }
    }

    @Override
    public void decided(Backend backend, long assignment, boolean up, String reason) {}
  }

  private void beginTrial(Pool pool, Backend backend) {
    if (pool.config().health().isOn() && !stopped) {
      trials.begin(backend, pool.config(), 0, null);
    } else {
      trials.end(backend);
    }
  }

  @Override
  public void ejected(Pool pool, Backend backend, int failures, Duration time) {
    LOG.warn(
        "backend {} is ejected for {} after {} in a row",
        backend,
        Durations.show(time),
        Plural.of(failures, "failure"));
    reports.publish(
        self ->
            new BackendEjected(self, Instant.now(), backend.pool(), backend.id(), failures, time));
    backend.ejectedUntil(Instant.now().plus(time));
    beginTrial(pool, backend);
    refresher.refresh(pool.name());
    timer.hurry();
  }

  @Override
  public void returned(Pool pool, Backend backend) {
    trials.end(backend);
    LOG.info("backend {} is no longer ejected", backend);
    backend.backSince(System.nanoTime());
    reports.publish(
        self -> new SystemEvent.BackendReturned(self, Instant.now(), backend.pool(), backend.id()));
    refresher.refresh(pool.name());
  }

  @Override
  public void ask(Backend backend, long assignment, AgentState initial) {
    context.runOnContext(
        turn -> {
          Pool pool = poolOf(backend);
          if (pool != null && !stopped) {
            agents.begin(backend, pool.config(), assignment, initial);
          }
        });
  }

  @Override
  public void stopAsking(Backend backend) {
    context.runOnContext(turn -> agents.end(backend));
  }

  @Override
  public void told(Backend backend, AgentState state) {
    context.runOnContext(turn -> heard(backend, state));
  }

  private void heard(Backend backend, AgentState state) {
    boolean wasHealthy = backend.isHealthy();
    boolean wasWanted = backend.isWanted();
    LOG.info("backend {}: its agent says {}", backend, state.text());
    backend.agent(state);
    if (!wasWanted && backend.isWanted()) {
      backend.backSince(System.nanoTime());
    }
    if (wasHealthy != backend.isHealthy()) {
      flipped(backend, "its agent says " + (state.down() == null ? "up" : state.down()));
    }
    refresher.refresh(backend.pool());
  }

  private void turned(Backend backend, boolean healthy, @Nullable String reason) {
    boolean wasHealthy = backend.isHealthy();
    backend.healthy(healthy);
    if (wasHealthy != backend.isHealthy()) {
      flipped(backend, reason);
    } else if (reason == null || backend.verdict() == null) {
      backend.verdict(HealthVerdict.now(reason));
    }
  }

  private void flipped(Backend backend, @Nullable String reason) {
    boolean healthy = backend.isHealthy();
    backend.verdict(HealthVerdict.now(reason));
    if (healthy) {
      closer.up(backend);
    }
    Pool pool = poolOf(backend);
    if (pool == null) {
      return; // It is no longer configured.
    }
    if (reason == null) {
      LOG.debug("backend {} is no longer probed", backend);
    } else if (healthy) {
      LOG.info("backend {} is up: {}", backend, reason);
      backend.backSince(System.nanoTime());
      reports.publish(
          self -> new SystemEvent.BackendUp(self, Instant.now(), backend.pool(), backend.id()));
    } else {
      LOG.warn("backend {} is down: {}", backend, reason);
      reports.publish(
          self -> new BackendDown(self, Instant.now(), backend.pool(), backend.id(), reason));
    }
    if (!healthy) {
      closer.down(pool, backend);
    }
    refresher.refresh(backend.pool());
  }

  private void tick() {
    List<Pool> now = proxy.pools();
    outliers.tick(now);
    now.stream().filter(Pool::isStale).forEach(pool -> refresher.refresh(pool.name()));
  }

  private void switched(List<Pool> before, List<Pool> now) {
    context.runOnContext(
        turn -> {
          Set<String> there = new HashSet<>();
          now.forEach(pool -> pool.backends().forEach(backend -> there.add(backend.toString())));
          closer.switched(before, now, there);
          probers.follow(now);
          agents.follow(now);
          followEjections(before, now, there);
          timer.hurry();
        });
  }

  /** Leaving the pool forgets an ejection; a changed pool may have another way to probe. */
  private void followEjections(List<Pool> before, List<Pool> now, Set<String> there) {
    outliers.retain(there);
    for (Pool pool : before) {
      pool.backends().stream()
          .filter(backend -> !there.contains(backend.toString()))
          .forEach(trials::end);
    }
    for (Pool pool : now) {
      if (!before.contains(pool)) {
        pool.backends().stream()
            .filter(Backend::isEjected)
            .forEach(backend -> beginTrial(pool, backend));
      }
    }
  }

  /** The pool in force, if it has a backend of that id. */
  private @Nullable Pool poolOf(Backend backend) {
    Pool pool = poolCalled(backend.pool());
    return pool != null && inForce(pool, backend).isPresent() ? pool : null;
  }

  /** The backend of that id: one that has left and come back shares no status with it. */
  private static Optional<Backend> inForce(Pool pool, Backend backend) {
    return pool.backends().stream().filter(each -> each.id().equals(backend.id())).findFirst();
  }

  private @Nullable Pool poolCalled(String name) {
    return proxy.pools().stream().filter(pool -> pool.name().equals(name)).findFirst().orElse(null);
  }

  private static Void run(Runnable task) {
    task.run();
    return null;
  }
}
