package dev.fairlead.listener;

import dev.fairlead.session.Destination;
import dev.fairlead.session.SessionCount;
import dev.fairlead.session.SessionLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the clients of one listening socket of one event loop, and gives each to a {@link SessionLoop}: its own, or, where
 * the kernel can't spread clients over loops, all of them in turn. On the event loop of its channel.
 *
 * <p>Stops accepting for a while when the process has no descriptor left or as many sessions as it may have; clients then
 * wait in the kernel's queue.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

  /** How long no client must come before the kernel's queue counts as empty. */
  private static final long QUIET_MILLIS = 10;

  /** Most rounds of waiting for that, because under load clients never stop coming. */
  private static final int MOST_ROUNDS = 50;

  /** The same trouble is told once in this time. */
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

  Acceptor(String key, AtomicReference<Snapshot> snapshot, Loops loops, ServerChannel channel) {
    this.key = key;
    this.snapshot = snapshot;
    this.loops = loops.loops();
    this.count = loops.count();
    this.channel = channel;
  }

  /**
   * Who takes the clients.
   *
   * @param loops one, or several to take turns
   */
  record Loops(List<SessionLoop> loops, SessionCount count) {}

  ServerChannel channel() {
    return channel;
  }

  /** Begins to accept; what has come since the bind waits in the kernel's queue. */
  void start() {
    channel.config().setAutoRead(true);
  }

  /** To be called every {@link SessionLoop#TICK}: goes on when there is room again. */
  void tick() {
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
    if (count.isFull()) {
      pause("as many sessions as node.maxSessions allows: " + count.max());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    pause(String.valueOf(cause.getMessage()));
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
      channel.close().addListener(done -> closed.complete());
    } else {
      accepted = false;
      channel
          .eventLoop()
          .schedule(
              () -> closeWhenQuiet(closed, roundsLeft - 1), QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
