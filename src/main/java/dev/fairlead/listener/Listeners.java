package dev.fairlead.listener;

import dev.fairlead.config.ListenerConfig;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import dev.fairlead.session.SessionLoop;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets of the process, over all its event loops. A change is prepared as a whole,
 * and then put in force or given up; a socket whose address does not change is not touched. One
 * change at a time, from one context; {@link #close} at any time, from any thread.
 */
public final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final Vertx vertx;
  private final Transport transport;
  private final List<ListenerVerticle> verticles;
  private final AtomicReference<Snapshot> snapshot;

  /** By {@link Snapshot#key}; replaced as a whole. */
  private volatile Map<String, Open> open = Map.of();

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
    this.transport = transport;
    this.verticles = List.copyOf(verticles);
    this.snapshot = snapshot;
  }

  /**
   * Binds what {@code wanted} has and is not bound yet, without accepting a client there.
   *
   * @return fails with {@link ListenException} when an address can't be had; then nothing has
   *     changed; fails once {@link #close} was called
   */
  public Future<Change> prepare(List<ListenerConfig> wanted) {
    if (isClosed()) {
      return refused();
    }
    Change change = new Change();
    Future<Void> step = Future.succeededFuture();
    for (int i = 0; i < wanted.size(); i++) {
      ListenerConfig config = wanted.get(i);
      String path = "listeners[" + i + "].bind";
      step =
          step.compose(
              done ->
                  change
                      .include(config)
                      .recover(
                          e -> Future.failedFuture(ListenException.of(path, config.bind(), e))));
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

  /** Closes every listening socket, each when its queue is empty; no change comes after it. */
  public synchronized Future<Void> close() {
    closed = true;
    List<ListeningSocket> sockets = open.values().stream().map(Open::socket).toList();
    open = Map.of();
    return closeAll(sockets);
  }

  /** A set of listening sockets that is bound and waits to be put in force. */
  public final class Change {
    private final Map<String, Open> before = open;
    private final Map<String, Open> after = new LinkedHashMap<>();
    private final List<ListeningSocket> added = new ArrayList<>();

    private Change() {}

    /**
     * Puts the change in force: {@code switchOver} publishes the new snapshot, then new sockets
     * accept and removed ones close. From the switch-over on it is in force, whatever a socket
     * says.
     *
     * @return fails when {@link Listeners#close} came first; then nothing has changed
     */
    public Future<Void> commit(Runnable switchOver) {
      synchronized (Listeners.this) {
        if (closed) {
          return abandon().transform(done -> refused());
        }
        open = after;
        switchOver.run();
      }
      List<Future<Void>> steps = new ArrayList<>();
      added.forEach(socket -> steps.add(socket.start()));
      after.forEach((key, now) -> adjust(before.get(key), now, steps));
      List<ListeningSocket> removed =
          before.entrySet().stream()
              .filter(entry -> !after.containsKey(entry.getKey()))
              .map(entry -> entry.getValue().socket())
              .toList();
      steps.add(closeAll(removed));
      return Future.join(steps)
          .<Void>mapEmpty()
          .otherwise(
              cause -> {
                LOG.warn("a listener did not follow the change: {}", cause.toString());
                return null;
              });
    }

    /** Gives the change up: closes what it had bound. */
    public Future<Void> abandon() {
      return closeAll(added);
    }

    private Future<Void> include(ListenerConfig config) {
      String key = Snapshot.key(config);
      Open existing = before.get(key);
      if (existing != null) {
        after.put(key, new Open(config, existing.socket()));
        return Future.succeededFuture();
      }
      boolean ours =
          before.values().stream().anyMatch(each -> each.socket().overlaps(config.bind()));
      return vertx
          .executeBlocking(() -> ListeningSocket.take(config.bind(), ours))
          .compose(
              socket -> {
                added.add(socket);
                after.put(key, new Open(config, socket));
                return bindAll(socket, config);
              });
    }

    private void adjust(Open was, Open now, List<Future<Void>> steps) {
      if (was != null && was.config().backlog() != now.config().backlog()) {
        steps.add(now.socket().backlog(now.config().backlog()));
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private static <T> Future<T> refused() {
    return Future.failedFuture(new IllegalStateException("the member is draining"));
  }

  private Future<Void> bindAll(ListeningSocket socket, ListenerConfig config) {
    boolean shared = transport.sharesListening(socket.address());
    // A socket that is not shared can't be bound beside the claim.
    Future<Void> step =
        shared ? Future.succeededFuture() : vertx.executeBlocking(() -> release(socket));
    for (ListenerVerticle verticle : shared ? verticles : verticles.subList(0, 1)) {
      step = step.compose(done -> bind(socket, config, verticle));
    }
    return step.compose(done -> vertx.executeBlocking(() -> release(socket)));
  }

  private static Void release(ListeningSocket socket) throws IOException {
    socket.releaseClaim();
    return null;
  }

  private Future<Void> bind(
      ListeningSocket socket, ListenerConfig config, ListenerVerticle verticle) {
    boolean shared = transport.sharesListening(socket.address());
    List<SessionLoop> loops =
        (shared ? List.of(verticle) : verticles).stream().map(ListenerVerticle::loop).toList();
    return verticle
        .run(
            () -> {
              ServerChannel channel = transport.newServerChannel(socket.address());
              prepare(channel, config, socket.address());
              String key = Snapshot.key(config);
              Acceptor acceptor = new Acceptor(key, snapshot, loops, channel);
              socket.add(verticle, acceptor);
              return verticle.open(acceptor, transport.convert(socket.address()));
            })
        .compose(bound -> bound);
  }

  private void prepare(ServerChannel channel, ListenerConfig config, SocketAddress address) {
    try {
      channel.config().setAutoRead(false);
      channel.config().setOption(ChannelOption.SO_BACKLOG, config.backlog());
      SocketTuning.listening(channel, address, transport.sharesListening(address));
    } catch (RuntimeException e) {
      channel.unsafe().closeForcibly();
      throw e;
    }
  }

  private static Future<Void> closeAll(List<ListeningSocket> sockets) {
    return Future.join(sockets.stream().map(ListeningSocket::close).toList()).mapEmpty();
  }
}
