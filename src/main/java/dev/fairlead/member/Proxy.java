package dev.fairlead.member;

import dev.fairlead.admission.AccessLists;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.listener.ListenerVerticle;
import dev.fairlead.listener.Listeners;
import dev.fairlead.listener.Snapshot;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.pool.discovery.Discovery;
import dev.fairlead.pool.discovery.DnsLookup;
import dev.fairlead.pool.discovery.HostNames;
import dev.fairlead.pool.discovery.NameLookup;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.limit.SessionCount;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data path of the process: its event loops, listeners, pools and sessions, and the snapshot
 * that ties them together. Every method may be called from any thread and returns at once.
 */
final class Proxy {
  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  /** Session ids begin with a number below this, drawn at the start: 36 to the power of 7. */
  private static final long ID_SPACE = 78_364_164_096L;

  private final Vertx vertx;
  private final Transport transport;
  private final List<ListenerVerticle> verticles;
  private final SessionCount count;
  private final AtomicReference<Snapshot> snapshot =
      new AtomicReference<>(new Snapshot(Map.of(), Pools.NONE));
  private final Listeners listeners;
  private final HostNames hostNames;
  private final Discovery discovery;

  /** Timer of the summary of those turned away. */
  private final long refusals;

  /** Hears of every change of pools. */
  private volatile BiConsumer<List<Pool>, List<Pool>> switched = (before, now) -> {};

  /** Hears of pools that changed without a change of configuration, before the next change. */
  private volatile Runnable poolsChanged = () -> {};

  /** In force; read and written by steps {@link #inTurn}. */
  private volatile FairleadConfig inForce;

  /** By name of the listener; never forgotten, because its sessions may outlive it. */
  private final Map<String, ListenerCounters> counters = new ConcurrentHashMap<>();

  private final Limiters limiters = new Limiters();

  /** Of the listeners in force; as {@link #inForce}. */
  private volatile AccessLists access = AccessLists.NONE;

  /** One step of a change at a time, in the order they were asked for. */
  private Future<?> lastStep = Future.succeededFuture();

  private Proxy(
      Vertx vertx, Transport transport, List<ListenerVerticle> verticles, SessionCount count) {
    this.vertx = vertx;
    this.transport = transport;
    this.verticles = verticles;
    this.count = count;
    this.listeners = new Listeners(vertx, transport, verticles, snapshot);
    this.hostNames = new HostNames(vertx, NameLookup.of(vertx));
    this.discovery = new Discovery(vertx, DnsLookup.ofMachine(vertx), this::rediscovered);
    RefusalSummary summary = new RefusalSummary(this::counters);
    this.refusals =
        vertx.setPeriodic(
            Duration.ofSeconds(RefusalSummary.SECONDS).toMillis(), any -> summary.say());
  }

  /**
   * What the data path is made with.
   *
   * @param eventLoops as many as {@code vertx} has
   */
  record Parts(Transport transport, int eventLoops, SessionListener listener) {}

  /** Deploys one verticle on every event loop of {@code vertx}. */
  static Future<Proxy> deploy(Vertx vertx, Parts parts, SessionCount count) {
    List<ListenerVerticle> verticles = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger index = new AtomicInteger();
    String process = Long.toString(ThreadLocalRandom.current().nextLong(ID_SPACE), 36);
    return vertx
        .deployVerticle(
            () -> {
              String prefix = process + "-" + index.getAndIncrement() + "-";
              SessionLoop.Identity identity = new SessionLoop.Identity(prefix, count);
              ListenerVerticle verticle =
                  new ListenerVerticle(
                      loop -> new SessionLoop(loop, parts.transport(), parts.listener(), identity));
              verticles.add(verticle);
              return verticle;
            },
            new DeploymentOptions().setInstances(parts.eventLoops()))
        .map(id -> new Proxy(vertx, parts.transport(), List.copyOf(verticles), count));
  }

  /**
   * Takes what the dynamic part of {@code config} needs and is not ours yet, and finds the
   * addresses of its new host names and the backends of new discoveries, for which it waits {@link
   * HostNames#FIRST_ANSWER} at most.
   *
   * @return fails with {@link dev.fairlead.listener.ListenException} when an address can't be had
   */
  Future<Held> hold(FairleadConfig config) {
    var names = hostNames.lookUp(config.pools());
    var answers = discovery.lookUp(config.pools());
    return Future.join(names, answers)
        .compose(
            found ->
                inTurn(() -> listeners.hold(config.listeners()))
                    .map(
                        change ->
                            new Held(
                                config, new Lookups(names.result(), answers.result()), change)));
  }

  /** What takes a worker some time to make. */
  private record Prepared(Pools pools, AccessLists access) {}

  /** What the DNS said of a configuration before it was put in force. */
  private record Lookups(Map<String, List<InetAddress>> names, Discovery.Answers backends) {}

  /** A configuration that can be put in force. Exactly one of its methods is called, once. */
  final class Held {
    private final FairleadConfig config;
    private final Lookups found;
    private final Listeners.Change change;

    private Held(FairleadConfig config, Lookups found, Listeners.Change change) {
      this.config = config;
      this.found = found;
      this.change = change;
    }

    /**
     * Puts it in force: all of it, or nothing.
     *
     * @param inForce runs when it is, before the next change begins
     * @return fails as {@link Listeners.Change#commit}; nothing has changed or is held then
     */
    Future<Void> commit(Runnable inForce) {
      return inTurn(() -> change().onSuccess(done -> inForce.run()))
          .onFailure(cause -> change.abandon());
    }

    Future<Void> release() {
      return change.abandon();
    }

    private Future<Void> change() {
      Pools before = snapshot.get().pools();
      return vertx
          .executeBlocking(
              () ->
                  new Prepared(
                      before.next(
                          config.pools(), discovery.backends(config.pools(), found.backends())),
                      access.next(config.listeners())))
          .compose(next -> change.commit(() -> switchTo(next.pools, next.access)));
    }

    private void switchTo(Pools pools, AccessLists lists) {
      hostNames.watch(pools, found.names());
      inForce = config;
      access = lists;
      discovery.watch(config.pools(), found.backends(), pools);
      publish(pools);
    }
  }

  /** Pools have other backends now, which the configuration in force does not name. */
  private void rediscovered() {
    inTurn(this::takeDiscovered)
        .onFailure(cause -> LOG.error("the backends found are not taken", cause));
  }

  private Future<Void> takeDiscovered() {
    Snapshot before = snapshot.get();
    return vertx
        .executeBlocking(() -> before.pools().next(inForce.pools(), discovery.backends()))
        .map(
            pools -> {
              discovery.apply(pools);
              publish(pools);
              poolsChanged.run();
              return null;
            });
  }

  private void publish(Pools next) {
    List<Pool> before = pools();
    limiters.configure(inForce.listeners(), next);
    snapshot.set(
        Snapshot.of(
            inForce.listeners(), next, new Snapshot.Kept(this::countersOf, access::of, limiters)));
    switched.accept(before, pools());
  }

  /** Has {@code listener} hear which pools were in force, and which are now; it must not block. */
  void onSwitch(BiConsumer<List<Pool>, List<Pool>> listener) {
    switched = listener;
  }

  /** Has {@code listener} hear of backends that come and go with the configuration as it is. */
  void onPoolsChanged(Runnable listener) {
    poolsChanged = listener;
  }

  /** Whether a backend of a pool in force is there because it was discovered. */
  boolean isDiscovered(String pool, String backend) {
    Pool inForcePool = snapshot.get().pools().pool(pool);
    return inForcePool != null
        && inForcePool.discovered().stream().anyMatch(each -> each.id().equals(backend));
  }

  /** Runs {@code step} when everything that was asked for before it is done. */
  private synchronized <T> Future<T> inTurn(Supplier<Future<T>> step) {
    Future<T> result = lastStep.transform(before -> step.get());
    lastStep = result;
    return result;
  }

  List<Pool> pools() {
    return snapshot.get().pools().all();
  }

  ListenerCounters countersOf(String listener) {
    return counters.computeIfAbsent(listener, ListenerCounters::new);
  }

  Limiters limiters() {
    return limiters;
  }

  /** Of every listener there ever was. */
  List<ListenerCounters> counters() {
    return List.copyOf(counters.values());
  }

  /** The addresses as bound, by name of the listener. */
  Map<String, String> addresses() {
    return listeners.addresses();
  }

  List<ListenerVerticle> verticles() {
    return verticles;
  }

  Transport transport() {
    return transport;
  }

  SessionCount count() {
    return count;
  }

  /** The live sessions of all event loops. */
  Future<List<SessionRecord>> sessions() {
    List<Future<List<SessionRecord>>> parts =
        verticles.stream().map(each -> each.run(() -> each.loop().records())).toList();
    return Future.join(parts)
        .map(
            done -> {
              List<SessionRecord> all = new ArrayList<>();
              parts.forEach(part -> all.addAll(part.result()));
              return all;
            });
  }

  /** Ends the session of that id for the operator; false = there is none. */
  Future<Boolean> end(String session) {
    List<Future<Boolean>> parts =
        verticles.stream().map(each -> each.run(() -> each.loop().end(session))).toList();
    return Future.join(parts).map(done -> parts.stream().anyMatch(Future::result));
  }

  /** Closes the listening sockets, each when its queue is empty. */
  Future<Void> stopListening() {
    return listeners.close();
  }

  /** Ends the live sessions evenly over {@code time}; zero = at once. */
  void endSessions(Duration time) {
    for (ListenerVerticle verticle : verticles) {
      verticle.run(
          () -> {
            if (time.isZero()) {
              verticle.loop().endAll();
            } else {
              verticle.loop().endOver(time);
            }
            return null;
          });
    }
  }

  /** Ends the sessions that are at a backend now, evenly over {@code time}. */
  void endSessionsAt(Backend backend, Duration time, CloseReason reason) {
    for (ListenerVerticle verticle : verticles) {
      verticle.run(
          () -> {
            verticle.loop().endThose(backend, time, reason);
            return null;
          });
    }
  }

  void stop() {
    vertx.cancelTimer(refusals);
    hostNames.stop();
    discovery.stop();
  }
}
