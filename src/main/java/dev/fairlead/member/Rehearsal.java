package dev.fairlead.member;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.listener.ListenerTables;
import dev.fairlead.listener.Listeners;
import dev.fairlead.listener.Snapshot;
import dev.fairlead.net.Transport;
import dev.fairlead.observe.AccessLog;
import dev.fairlead.observe.Metrics;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.limit.SessionCount;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays sessions of the process itself before there are clients, so that the JVM has loaded and
 * compiled the code of a session when the first client comes. They run through the classes of the
 * data path, between sockets of the loopback interface, but everything else is their own: event
 * loops, listener, pool, limits, metrics, access log. Nothing of it is left afterwards.
 *
 * <p>It has event loops of its own because those of the member exist only when it has joined the
 * cluster, which is mostly waiting.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  private static final String NAME = "rehearsal";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int BACKLOG = 128;

  /**
   * Ends the rehearsal of a fast machine early, by default after 500 sessions. Measured: after 250
   * the first clients are served at 3,000 to 5,000 a second and core. Lowering it makes the first
   * clients faster at the expense of a later start.
   */
  private static final long MILLIS_PER_SESSION = 2;

  /** A pause at a maximum would be logged. */
  private static final int NO_MAXIMUM = 1_000_000;

  /**
   * Longest time after the end for a round that is under way. Raising it lets a slow machine end
   * its sessions by themselves, at the expense of a later start where a round hangs.
   */
  private static final Duration OVERTIME = Duration.ofMillis(500);

  private final Vertx vertx;
  private final RehearsalPeers peers;
  private final int most;
  private final Listeners listeners;

  /** What is made for one rehearsal and closed at its end. */
  private Rehearsal(Vertx vertx, EventLoops loops, RehearsalPeers peers, Part part) {
    Snapshot snapshot = snapshot(peers.backendPort(), part);
    this.vertx = vertx;
    this.peers = peers;
    this.most = part.sessions();
    this.listeners = new Listeners(vertx, loops.transport(), loops.verticles(), () -> snapshot);
  }

  /**
   * How a member rehearses.
   *
   * @param time in which no new session begins any more; zero = no rehearsal
   * @param sessions at most
   * @param balance the one that the first clients will most likely meet
   * @param logs whether the member has an access log
   */
  record Part(
      Transport transport, int loops, Duration time, int sessions, Balance balance, boolean logs) {
    static Part of(FairleadConfig config, Transport transport, int loops) {
      NodeConfig node = config.node();
      return new Part(
          transport,
          loops,
          OpenFiles.areFew(loops) ? Duration.ZERO : node.rehearsal(),
          (int) Math.min(NO_MAXIMUM, node.rehearsal().toMillis() / MILLIS_PER_SESSION),
          config.pools().stream().map(PoolConfig::balance).findFirst().orElse(Balance.DEFAULT),
          !node.accessLog().to().isOff());
    }
  }

  /** {@link #run} with a Vert.x that is closed afterwards; {@code start} makes it. */
  static Future<Integer> begin(Supplier<Vertx> start, Part part) {
    if (part.time().isZero()) {
      return Future.succeededFuture(0);
    }
    return Future.succeededFuture()
        .map(begin -> start.get())
        .compose(
            vertx -> {
              BlockedThreads.watch(vertx);
              return run(vertx, part)
                  .eventually(() -> vertx.executeBlocking(Rehearsal::collectGarbage))
                  .eventually(vertx::close);
            })
        .recover(Rehearsal::none);
  }

  /**
   * Succeeds when it is over, soon after its time, with the number of sessions. A failure is logged
   * at debug and gives 0, because a member works without.
   */
  static Future<Integer> run(Vertx vertx, Part part) {
    return Future.succeededFuture().compose(begin -> counted(vertx, part)).recover(Rehearsal::none);
  }

  /**
   * Takes some 30 ms. Else the first collection while there are clients moves what the start has
   * left, and is a full one where the classes of the start have nearly reached {@code
   * MetaspaceSize}, which a full collection raises.
   */
  private static Void collectGarbage() {
    System.gc();
    return null;
  }

  private static Future<Integer> none(Throwable cause) {
    LOG.debug("no rehearsal", cause);
    return Future.succeededFuture(0);
  }

  /** With metrics and an access log that nobody reads. */
  private static Future<Integer> counted(Vertx vertx, Part part) {
    Metrics metrics = new Metrics();
    AccessLog log = part.logs() ? AccessLog.discarding() : AccessLog.off();
    SessionListener listener = SessionListener.all(metrics, log, SessionListener.NONE);
    SessionCount count = new SessionCount(NO_MAXIMUM);
    return EventLoops.deploy(vertx, part.transport(), part.loops(), listener, count)
        .compose(loops -> run(vertx, loops, part))
        .eventually(
            () ->
                vertx.executeBlocking(
                    () -> {
                      log.close();
                      metrics.close();
                      return null;
                    }));
  }

  private static Future<Integer> run(Vertx vertx, EventLoops loops, Part part) {
    return vertx
        .executeBlocking(() -> RehearsalPeers.open(part.time()))
        .map(peers -> new Rehearsal(vertx, loops, peers, part))
        .compose(Rehearsal::relay)
        .eventually(() -> vertx.undeploy(loops.deployment()));
  }

  private static ListenerConfig listener() {
    return new ListenerConfig(NAME, BindAddress.ip(LOOPBACK, 0), BACKLOG, NAME);
  }

  private static Snapshot snapshot(int backendPort, Part part) {
    BackendConfig backend =
        new BackendConfig(
            LOOPBACK, backendPort, null, BackendConfig.DEFAULT_WEIGHT, BackendConfig.State.ENABLED);
    Pools pools =
        Pools.NONE.next(List.of(PoolConfig.byDefault(NAME, part.balance(), List.of(backend))));
    Limiters limiters = new Limiters();
    limiters.configure(List.of(listener()), pools);
    ListenerCounters counters = new ListenerCounters(NAME);
    return Snapshot.of(
        List.of(ListenerTables.of(listener())),
        pools,
        new Snapshot.LongLived(name -> counters, limiters, Snapshot.TlsSources.NONE));
  }

  private Future<Integer> relay() {
    long timer = vertx.setTimer(peers.time().plus(OVERTIME).toMillis(), id -> closePeers());
    return listeners
        .prepare(List.of(listener()))
        .compose(prepared -> prepared.commit(() -> {}))
        .compose(listening -> vertx.executeBlocking(this::play, false))
        .eventually(this::closePeers)
        .eventually(() -> Future.succeededFuture(vertx.cancelTimer(timer)))
        .eventually(listeners::close);
  }

  /** On a worker: it waits for the sockets. */
  private int play() throws IOException {
    String address = Objects.requireNonNull(listeners.addresses().get(NAME));
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    long began = System.nanoTime();
    int sessions = peers.play(port, most);
    LOG.debug(
        "rehearsed {} sessions in {} ms",
        sessions,
        Duration.ofNanos(System.nanoTime() - began).toMillis());
    return sessions;
  }

  /** On a worker, beside the one that plays: it waits for a thread that reads. */
  private Future<Void> closePeers() {
    return vertx.executeBlocking(
        () -> {
          peers.close();
          return null;
        },
        false);
  }
}
