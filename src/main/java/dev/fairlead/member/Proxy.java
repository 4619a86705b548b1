package dev.fairlead.member;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.listener.ListenerVerticle;
import dev.fairlead.listener.Listeners;
import dev.fairlead.listener.Snapshot;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.pool.discovery.HostNames;
import dev.fairlead.pool.discovery.NameLookup;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionCount;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The data path of the process: its event loops, listeners, pools and sessions, and the snapshot
 * that ties them together. Every method may be called from any thread and returns at once.
 */
final class Proxy {
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

  /** By name of the listener; never forgotten, because its sessions may outlive it. */
  private final Map<String, ListenerCounters> counters = new ConcurrentHashMap<>();

  /** Changes one at a time, in the order they were asked for. */
  private Future<?> lastChange = Future.succeededFuture();

  private Proxy(
      Vertx vertx, Transport transport, List<ListenerVerticle> verticles, SessionCount count) {
    this.vertx = vertx;
    this.transport = transport;
    this.verticles = verticles;
    this.count = count;
    this.listeners = new Listeners(vertx, transport, verticles, snapshot);
    this.hostNames = new HostNames(vertx, NameLookup.of(vertx));
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
   * Puts the dynamic part of {@code config} in force: all of it, or nothing.
   *
   * @return fails with {@link dev.fairlead.listener.ListenException} when an address can't be had
   */
  synchronized Future<Void> apply(FairleadConfig config) {
    Future<Void> change = lastChange.transform(before -> change(config));
    lastChange = change;
    return change;
  }

  private Future<Void> change(FairleadConfig config) {
    Pools before = snapshot.get().pools();
    return vertx
        .executeBlocking(() -> before.next(config.pools()))
        .compose(
            pools ->
                hostNames
                    .watch(pools)
                    .compose(resolved -> listeners.prepare(config.listeners()))
                    .compose(
                        ready ->
                            ready.commit(
                                () ->
                                    snapshot.set(
                                        Snapshot.of(config.listeners(), pools, this::countersOf))))
                    .onFailure(cause -> hostNames.watch(before)));
  }

  List<Pool> pools() {
    return snapshot.get().pools().all();
  }

  ListenerCounters countersOf(String listener) {
    return counters.computeIfAbsent(listener, ListenerCounters::new);
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

  void stop() {
    hostNames.stop();
  }
}
