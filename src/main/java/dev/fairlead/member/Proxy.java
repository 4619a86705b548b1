package dev.fairlead.member;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.listener.ListenerVerticle;
import dev.fairlead.listener.Listeners;
import dev.fairlead.listener.Snapshot;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.pool.discovery.HostNames;
import dev.fairlead.pool.discovery.NameLookup;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionCount;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.SessionRecord;
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
import java.util.function.Supplier;

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
   * addresses of its new host names, for which it waits {@link HostNames#FIRST_ANSWER} at most.
   *
   * @return fails with {@link dev.fairlead.listener.ListenException} when an address can't be had
   */
  Future<Held> hold(FairleadConfig config) {
    return hostNames
        .lookUp(config.pools())
        .compose(
            found ->
                inTurn(() -> listeners.hold(config.listeners()))
                    .map(change -> new Held(config, found, change)));
  }

  /** A configuration that can be put in force. Exactly one of its methods is called, once. */
  final class Held {
    private final FairleadConfig config;
    private final Map<String, List<InetAddress>> found;
    private final Listeners.Change change;

    private Held(
        FairleadConfig config, Map<String, List<InetAddress>> found, Listeners.Change change) {
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
          .executeBlocking(() -> before.next(config.pools()))
          .compose(pools -> change.commit(() -> switchTo(pools)));
    }

    private void switchTo(Pools pools) {
      hostNames.watch(pools, found);
      snapshot.set(Snapshot.of(config.listeners(), pools, Proxy.this::countersOf));
    }
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
    hostNames.stop();
  }
}
