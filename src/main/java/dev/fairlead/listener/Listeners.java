package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.net.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets of the process, over all its event loops. A change is held as a whole, and
 * then put in force or given up; a socket whose address does not change is not touched. One {@link
 * #hold} or {@link Change#commit} at a time; {@link Change#abandon} and {@link #close} at any time,
 * from any thread.
 */
public final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final Vertx vertx;
  private final Opener opener;

  /** By {@link Snapshot#key}; replaced as a whole, with every change. */
  private volatile Map<String, Open> open = Map.of();

  /** What changes have taken that are neither in force nor given up. */
  private final Set<ListeningSocket> held = ConcurrentHashMap.newKeySet();

  /** True from {@link #close} on: a change that is under way then must not open anything again. */
  private boolean closed;

  private record Open(ListenerConfig config, ListeningSocket socket) {}

  /**
   * @param verticles deployed, one for every event loop
   * @param snapshot where acceptors look up what to do with a client
   */
  public Listeners(
      Vertx vertx,
      Transport transport,
      List<ListenerVerticle> verticles,
      AtomicReference<Snapshot> snapshot) {
    this.vertx = vertx;
    this.opener = new Opener(vertx, transport, verticles, snapshot);
  }

  /**
   * Takes the addresses that {@code wanted} has and that are not ours yet: bound but not listening,
   * so that nobody else gets them and clients are refused there. The path of a Unix socket is only
   * tried.
   *
   * @return fails with {@link ListenException} when an address can't be had, or once {@link #close}
   *     was called; nothing is held then
   */
  public Future<Change> hold(List<ListenerConfig> wanted) {
    if (isClosed()) {
      return Future.failedFuture(ListenException.draining());
    }
    Change change = new Change(wanted);
    Future<Void> step = Future.succeededFuture();
    for (int i = 0; i < wanted.size(); i++) {
      ListenerConfig config = wanted.get(i);
      String path = "listeners[" + i + "].bind";
      step = step.compose(done -> orProblem(path, config, change.include(path, config)));
    }
    return step.map(change)
        .recover(e -> change.abandon().transform(done -> Future.failedFuture(e)));
  }

  /** The addresses as bound, by name of the listener. */
  public Map<String, String> addresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    open.values().forEach(each -> addresses.put(each.config().name(), each.socket().shown()));
    return addresses;
  }

  /**
   * Closes every listening socket, each when its queue is empty; no change comes after it. What is
   * held stays so until its change is given up, or fails.
   */
  public synchronized Future<Void> close() {
    closed = true;
    List<ListeningSocket> sockets = open.values().stream().map(Open::socket).toList();
    open = Map.of();
    return closeAll(sockets);
  }

  /** Addresses that are held and wait to be put in force. */
  public final class Change {
    private final Map<String, Open> before = open;
    private final Map<String, Open> after = new LinkedHashMap<>();

    /** By path in the configuration. */
    private final Map<String, Open> added = new LinkedHashMap<>();

    /** Keys of sockets that go when this change comes. */
    private final Set<String> leaving;

    /** True once it is in force, has failed or was given up. */
    private final AtomicBoolean settled = new AtomicBoolean();

    private Change(List<ListenerConfig> wanted) {
      leaving = new HashSet<>(before.keySet());
      leaving.removeAll(wanted.stream().map(Snapshot::key).collect(Collectors.toSet()));
    }

    /**
     * Puts the change in force: new sockets are bound on every loop, {@code switchOver} publishes
     * the new snapshot, then new sockets accept and removed ones close. From the switch-over on it
     * is in force, whatever a socket says.
     *
     * @return fails with {@link StaleChangeException} when another change or {@link
     *     Listeners#close} came first or this one was given up, with {@link ListenException} when a
     *     socket can't be bound; then nothing has changed, and what was held is released
     */
    public Future<Void> commit(Runnable switchOver) {
      if (!settled.compareAndSet(false, true)) {
        return Future.failedFuture(new StaleChangeException());
      }
      return openAdded()
          .compose(opened -> switchOver(switchOver))
          .recover(e -> release().transform(done -> Future.failedFuture(e)))
          .compose(switched -> follow());
    }

    /** Gives the change up: releases what it had taken. Does nothing once it is settled. */
    public Future<Void> abandon() {
      return settled.compareAndSet(false, true) ? release() : Future.succeededFuture();
    }

    private Future<Void> include(String path, ListenerConfig config) {
      String key = Snapshot.key(config);
      Open existing = before.get(key);
      if (existing != null) {
        after.put(key, new Open(config, existing.socket()));
        return Future.succeededFuture();
      }
      return vertx
          .executeBlocking(() -> ListeningSocket.take(config.bind(), noObstacle(config.bind())))
          .map(
              socket -> {
                held.add(socket);
                Open taken = new Open(config, socket);
                added.put(path, taken);
                after.put(key, taken);
                return null;
              });
    }

    /** Sockets of ours that leave with this change, or belong to another one that is held. */
    private List<ListeningSocket> noObstacle(BindAddress bind) {
      Set<ListeningSocket> own =
          added.values().stream().map(Open::socket).collect(Collectors.toSet());
      return Stream.concat(
              leaving.stream().map(key -> before.get(key).socket()),
              held.stream().filter(socket -> !own.contains(socket)))
          .filter(socket -> socket.overlaps(bind))
          .toList();
    }

    private Future<Void> openAdded() {
      Future<Void> step = isStale() ? stale() : Future.succeededFuture();
      for (Map.Entry<String, Open> each : added.entrySet()) {
        Open taken = each.getValue();
        step =
            step.compose(
                done ->
                    orProblem(
                        each.getKey(),
                        taken.config(),
                        opener.open(taken.socket(), taken.config())));
      }
      return step;
    }

    private Future<Void> switchOver(Runnable switchOver) {
      synchronized (Listeners.this) {
        if (isStale()) {
          return stale();
        }
        switchOver.run();
        open = after;
      }
      added.values().forEach(taken -> held.remove(taken.socket()));
      return Future.succeededFuture();
    }

    private boolean isStale() {
      synchronized (Listeners.this) {
        return closed || open != before;
      }
    }

    private Future<Void> stale() {
      return Future.failedFuture(new StaleChangeException());
    }

    /** The change is in force; the sockets follow. */
    private Future<Void> follow() {
      List<Future<Void>> steps = new ArrayList<>();
      added.values().forEach(taken -> steps.add(taken.socket().start()));
      after.forEach((key, now) -> adjust(before.get(key), now, steps));
      steps.add(closeAll(leaving.stream().map(key -> before.get(key).socket()).toList()));
      return Future.join(steps)
          .<Void>mapEmpty()
          .otherwise(
              cause -> {
                LOG.warn("a listener did not follow the change: {}", cause.toString());
                return null;
              });
    }

    private void adjust(Open was, Open now, List<Future<Void>> steps) {
      if (was != null && was.config().backlog() != now.config().backlog()) {
        steps.add(now.socket().backlog(now.config().backlog()));
      }
    }

    private Future<Void> release() {
      List<ListeningSocket> sockets = added.values().stream().map(Open::socket).toList();
      return closeAll(sockets).onComplete(done -> sockets.forEach(held::remove));
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private static Future<Void> orProblem(String path, ListenerConfig config, Future<Void> step) {
    return step.recover(e -> Future.failedFuture(ListenException.of(path, config.bind(), e)));
  }

  private static Future<Void> closeAll(List<ListeningSocket> sockets) {
    return Future.join(sockets.stream().map(ListeningSocket::close).toList()).mapEmpty();
  }
}
