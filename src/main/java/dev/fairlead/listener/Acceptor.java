package dev.fairlead.listener;

import dev.fairlead.session.Destination;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.limit.SessionCount;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the clients of one listening socket of one event loop, and gives each to a {@link
 * SessionLoop}: its own, or, where the kernel can't spread clients over loops, all of them in turn.
 * On the event loop of its channel.
 *
 * <p>Stops accepting for a while when the process has no descriptor left, as many sessions as it
 * may have, or nearly no direct memory; clients then wait in the kernel's queue. While memory is
 * short one is still taken now and then: what Netty keeps for later use looks the same.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

  /** How long no client must come before the kernel's queue counts as empty. */
  private static final long QUIET_MILLIS = 10;

  /** Most rounds of waiting for that, because under load clients never stop coming. */
  private static final int MOST_ROUNDS = 50;

  /** The same trouble is told once, until it has been away for so long. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String key;
  private final AtomicReference<Snapshot> snapshot;
  private final List<SessionLoop> loops;
  private final SessionCount count;
  private final ServerChannel channel;
  private int turn;
  private boolean paused;
  private boolean accepted;
  private long silentUntil = System.nanoTime();

  /**
   * @param key what {@code snapshot} knows the listener by
   * @param loops who takes the clients: one, or several in turn
   */
  Acceptor(
      String key,
      AtomicReference<Snapshot> snapshot,
      List<SessionLoop> loops,
      ServerChannel channel) {
    this.key = key;
    this.snapshot = snapshot;
    this.loops = loops;
    this.count = loops.get(0).count();
    this.channel = channel;
  }

  /**
   * Binds the channel on {@code eventLoop}; clients wait in the kernel's queue until {@link
   * #start}.
   */
  Future<Void> open(EventLoop eventLoop, SocketAddress address) {
    Promise<Void> bound = Promise.promise();
    channel.pipeline().addLast(this);
    eventLoop
        .register(channel)
        .addListener(
            registered -> channel.bind(address).addListener(done -> complete(bound, done.cause())));
    return bound.future();
  }

  /** True from the bind to the close. Any thread. */
  boolean isBound() {
    return channel.isActive();
  }

  /**
   * Changes the length of the kernel's queue; Linux takes a second listen for that, the JDK has
   * none.
   */
  void backlog(int backlog) {
    if (channel instanceof UnixChannel unix) {
      try {
        ((Socket) unix.fd()).listen(backlog);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } else {
      LOG.warn(
          "listener at {}: a changed backlog waits for a restart with node.transport nio", key);
    }
  }

  /** Begins to accept; what has come since the bind waits in the kernel's queue. */
  void start() {
    channel.config().setAutoRead(true);
  }

  /**
   * Goes on accepting if there is room again. To be called when a session has made room, and every
   * {@link SessionLoop#TICK} for the room that others made.
   */
  void resume() {
    if (paused && !count.isFull()) {
      paused = false;
      channel.config().setAutoRead(true);
    }
  }

  /** Accepts until the kernel's queue is empty, then closes the socket. */
  Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    accepted = true;
    closeWhenQuiet(closed, paused || !channel.config().isAutoRead() ? 0 : MOST_ROUNDS);
    return closed.future();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Channel client = (Channel) message;
    accepted = true;
    Destination destination = snapshot.get().destinations().get(key);
    if (destination == null) {
      // The listener was just removed; its socket is about to close.
      client.unsafe().closeForcibly();
      return;
    }
    SessionLoop loop = loops.get(turn);
    turn = turn + 1 == loops.size() ? 0 : turn + 1;
    if (loop.eventLoop().inEventLoop()) {
      loop.open(client, destination);
    } else {
      loop.eventLoop().execute(() -> loop.open(client, destination));
    }
    String overload = count.overload();
    if (overload != null) {
      pause(overload);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.error("listener at {} failed", key, cause);
    }
    pause(String.valueOf(cause.getMessage()));
  }

  private static void complete(Promise<Void> promise, Throwable failure) {
    if (failure == null) {
      promise.complete();
    } else {
      promise.fail(failure);
    }
  }

  private void pause(String why) {
    paused = true;
    channel.config().setAutoRead(false);
    long now = System.nanoTime();
    if (now - silentUntil >= 0) {
      LOG.warn("listener at {} stops accepting until there is room: {}", key, why);
    }
    silentUntil = now + SILENCE_NANOS;
  }

  private void closeWhenQuiet(Promise<Void> closed, int roundsLeft) {
    if (roundsLeft == 0 || !accepted) {
      channel.close().addListener(done -> whenDescriptorIsClosed(closed));
    } else {
      accepted = false;
      channel
          .eventLoop()
          .schedule(
              () -> closeWhenQuiet(closed, roundsLeft - 1), QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** The JDK closes a channel's descriptor in the selector's next turn, and listens until then. */
  private void whenDescriptorIsClosed(Promise<Void> closed) {
    if (channel instanceof UnixChannel) {
      closed.complete();
    } else {
      channel.eventLoop().schedule(() -> closed.complete(), 1, TimeUnit.MILLISECONDS);
    }
  }
}
