package dev.fairlead.session;

import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * The clients of one event loop that are refused before they are sessions. After a FIN, what they
 * send is read and dropped until they close too: a close at once would reset those that speak
 * first. Not for long, and not many at a time. On the event loop.
 */
public final class RefusedClients {
  /** Raising it spares more clients a reset; lowering it keeps fewer descriptors in a flood. */
  private static final int MOST = 256;

  /** Their share is one of so many sessions, for each loop; a reason as for {@link #MOST}. */
  private static final int SESSIONS_EACH = 16;

  private final EventLoop eventLoop;
  private final Transport transport;
  private final LongSupplier clock;
  private final int most;

  /** The oldest first; closed ones stay until their time is over. */
  private final ArrayDeque<Lingering> lingering = new ArrayDeque<>();

  RefusedClients(EventLoop eventLoop, Transport transport, LongSupplier clock, int maxSessions) {
    this.eventLoop = eventLoop;
    this.transport = transport;
    this.clock = clock;
    this.most = most(maxSessions);
  }

  /** How many of them a loop of a member with {@code maxSessions} keeps at a time. */
  public static int most(long maxSessions) {
    return (int) Math.max(1, Math.min(MOST, maxSessions / SESSIONS_EACH));
  }

  /** Refuses a client that is not registered yet. */
  void add(Channel client, RefuseWith how) {
    if (how == RefuseWith.RST) {
      SocketTuning.resetOnClose(client);
      client.unsafe().closeForcibly();
      return;
    }
    client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    client.pipeline().addLast(new Discard());
    ChannelFuture registered = eventLoop.register(client);
    if (registered.isDone()) {
      linger(registered);
    } else {
      registered.addListener(done -> linger(registered));
    }
  }

  /** Closes those whose time is over. To be called every {@link SessionLoop#TICK}. */
  void tick(long now) {
    while (!lingering.isEmpty() && now - lingering.peekFirst().since >= Refusal.LINGER_NANOS) {
      lingering.removeFirst().client.close();
    }
  }

  boolean isEmpty() {
    return lingering.isEmpty();
  }

  private void linger(ChannelFuture registered) {
    Channel client = registered.channel();
    if (!registered.isSuccess()) {
      client.unsafe().closeForcibly();
      return;
    }
    if (lingering.size() == most) {
      lingering.removeFirst().client.close();
    }
    lingering.addLast(new Lingering(client, clock.getAsLong()));
    transport.shutdownOutput(client);
  }

  private record Lingering(Channel client, long since) {}

  /** Drops what is read; the end of the input closes the channel by itself. */
  private static final class Discard extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
