package dev.fairlead.listener;

import dev.fairlead.net.AcceptPauses;
import dev.fairlead.session.ListenerRules;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.limit.SessionCount;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the clients of one listening socket of one event loop, and hands each to a {@link
 * SessionLoop}: its own, or, where the kernel can't spread clients over loops, all loops in turn.
 * On the event loop of its channel.
 *
 * <p>Pauses while the process has no descriptor left, its maximum of sessions, or nearly no direct
 * memory; clients then wait in the kernel's queue. Without {@link #resume} it stays paused. While
 * memory is short it still accepts a client at each resume: memory that Netty pools for reuse
 * counts as used, so waiting for it to be freed might never end.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

  /**
   * Time without a new client after which the kernel's queue counts as empty. Raising it resets
   * fewer clients that arrive during a drain, at the expense of a later close.
   */
  private static final long QUIET_MILLIS = 10;

  /** Limits the rounds of that wait, because under load clients never stop arriving. */
  private static final int MOST_ROUNDS = 50;

  private final String key;
  private final Supplier<Snapshot> snapshot;
  private final List<SessionLoop> loops;
  private final SessionCount count;
  private final ServerChannel channel;
  private final AcceptPauses pauses;

  /** Accepted during a pause: io_uring accepts several clients before it reports the first. */
  private final ArrayDeque<Channel> surplus = new ArrayDeque<>();

  private int turn;
  private boolean paused;

  /** The socket is about to close; what it may still accept has nobody to serve it. */
  private boolean closing;

  private boolean accepted;
  private Runnable onPause = () -> {};

  /**
   * @param key of the listener in {@code snapshot}
   * @param pauses of all acceptors of the listener
   */
  Acceptor(
      String key,
      Supplier<Snapshot> snapshot,
      List<SessionLoop> loops,
      ServerChannel channel,
      AcceptPauses pauses) {
    this.key = key;
    this.snapshot = snapshot;
    this.loops = loops;
    this.count = loops.get(0).count();
    this.channel = channel;
    this.pauses = pauses;
  }

  /** Binds the channel; clients wait in the kernel's queue until {@link #start}. */
  Future<Void> open(EventLoop eventLoop, SocketAddress address) {
    channel.pipeline().addLast(this);
    ChannelFuture registered = eventLoop.register(channel);
    Promise<Void> bound = Promise.promise();
    if (registered.isDone()) {
      // A loop that has ended calls no listener.
      bind(registered, address, bound);
    } else {
      registered.addListener(done -> bind(registered, address, bound));
    }
    return bound.future();
  }

  private void bind(ChannelFuture registered, SocketAddress address, Promise<Void> bound) {
    if (registered.isSuccess()) {
      channel.bind(address).addListener(done -> bound.complete(null, done.cause()));
    } else {
      bound.fail(registered.cause());
    }
  }

  /** Changes the length of the kernel's queue by a second listen(2), which the JDK can't do. */
  void backlog(int backlog) {
    if (channel instanceof UnixChannel unix) {
      try {
        ((Socket) unix.fd()).listen(backlog);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } else {
      LOG.warn("listener at {}: with node.transport nio a changed backlog needs a restart", key);
    }
  }

  void start() {
    channel.config().setAutoRead(true);
  }

  /**
   * Ends a pause if there is room again. To be called when a session of this loop has ended; {@link
   * #tick} does it for those of other loops.
   *
   * @return whether it accepts
   */
  boolean resume() {
    if (paused && !count.isFull()) {
      paused = false;
      while (!paused && !surplus.isEmpty()) {
        admit(surplus.remove());
      }
      if (!paused) {
        channel.config().setAutoRead(true);
      }
    }
    return !paused;
  }

  /** Has {@code action} called, on this loop, when accepting pauses. */
  void onPause(Runnable action) {
    onPause = action;
  }

  /** Whether {@link #tick} has something to do: accepting pauses, or its end is not told yet. */
  boolean isShort() {
    return paused || pauses.isShort();
  }

  /** To be called every {@link SessionLoop#TICK} while it {@link #isShort}. */
  void tick() {
    resume();
    pauses.tick(paused);
  }

  /** Accepts until the kernel's queue is empty, then closes the socket. */
  Future<Void> close() {
    if (!channel.isRegistered()) {
      channel.unsafe().closeForcibly();
      return Future.succeededFuture();
    }
    Promise<Void> closed = Promise.promise();
    accepted = true;
    closeWhenQuiet(closed, paused || !channel.config().isAutoRead() ? 0 : MOST_ROUNDS);
    return closed.future();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    accepted = true;
    if (closing) {
      ((Channel) message).unsafe().closeForcibly();
    } else if (paused) {
      surplus.add((Channel) message);
    } else {
      admitOrPause((Channel) message);
    }
  }

  /** Another acceptor, of one of many ports maybe, may have taken the last place. */
  private void admitOrPause(Channel client) {
    if (count.isFull()) {
      surplus.add(client);
      pause(Objects.requireNonNullElse(count.overload(), "no room for a session"));
    } else {
      admit(client);
    }
  }

  private void admit(Channel client) {
    ListenerRules rules = snapshot.get().listeners().get(key);
    if (rules == null) {
      // The listener was just removed; its socket is about to close.
      client.unsafe().closeForcibly();
      return;
    }
    SessionLoop loop = loops.get(turn);
    turn = turn + 1 == loops.size() ? 0 : turn + 1;
    handOver(client, rules, loop);
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

  /** Closes a client that a loop can't take: else its descriptor would never be closed. */
  private void handOver(Channel client, ListenerRules rules, SessionLoop loop) {
    try {
      if (loop.eventLoop().inEventLoop()) {
        loop.open(client, rules);
      } else {
        loop.eventLoop().execute(() -> handOver(client, rules, loop));
      }
    } catch (RuntimeException e) {
      LOG.error("listener at {}: a client could not be handed over and is closed", key, e);
      client.unsafe().closeForcibly();
    }
  }

  private void pause(String why) {
    paused = true;
    channel.config().setAutoRead(false);
    pauses.paused(why);
    onPause.run();
  }

  private void closeWhenQuiet(Promise<Void> closed, int roundsLeft) {
    if (roundsLeft == 0 || !accepted) {
      closing = true;
      surplus.forEach(client -> client.unsafe().closeForcibly());
      surplus.clear();
      channel.close().addListener(done -> whenDescriptorIsClosed(closed));
    } else {
      accepted = false;
      channel
          .eventLoop()
          .schedule(
              () -> closeWhenQuiet(closed, roundsLeft - 1), QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** The JDK closes a channel's descriptor, which listens until then, in the next select. */
  private void whenDescriptorIsClosed(Promise<Void> closed) {
    if (channel instanceof UnixChannel) {
      closed.complete();
    } else {
      channel.eventLoop().schedule(() -> closed.complete(), 1, TimeUnit.MILLISECONDS);
    }
  }
}
