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
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Binds the acceptors of a {@link ListeningSocket}: one on every event loop where the kernel
 * spreads the clients over them, one alone elsewhere. Immutable; any thread.
 *
 * @param verticles deployed, one for every event loop
 * @param snapshot where acceptors look up what to do with a client
 */
record Opener(
    Vertx vertx,
    Transport transport,
    List<ListenerVerticle> verticles,
    AtomicReference<Snapshot> snapshot) {

  Opener {
    verticles = List.copyOf(verticles);
  }

  /**
   * Binds all of them, none of which accepts yet, and releases the claim.
   *
   * @return when it fails, some may be bound: {@link ListeningSocket#close} closes them
   */
  Future<Void> open(ListeningSocket socket, ListenerConfig config) {
    boolean shared = transport.sharesListening(socket.address());
    Future<Void> step = vertx.executeBlocking(() -> makeWay(socket, shared));
    for (ListenerVerticle verticle : shared ? verticles : verticles.subList(0, 1)) {
      step = step.compose(done -> bind(socket, config, verticle));
    }
    return step.compose(done -> vertx.executeBlocking(() -> release(socket)));
  }

  private static Void makeWay(ListeningSocket socket, boolean shared) throws IOException {
    socket.beforeOpening();
    // A socket that is not shared can't be bound beside the claim.
    return shared ? null : release(socket);
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
}
