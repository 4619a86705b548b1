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

/**
 * The clients of one event loop that are turned away before they are sessions. With a FIN, what
 * they still say is read and dropped until they close too: a close at once would reset those that
 * speak first. Not for long, and not many at a time. On the event loop.
 */
final class TurnedAway {
  /** Whoever floods us with clients gets resets at last. */
  private static final int MOST = 256;

  private final EventLoop eventLoop;
  private final Transport transport;

  /** The oldest first; closed ones stay until their time is over. */
  private final ArrayDeque<Lingering> lingering = new ArrayDeque<>();

  TurnedAway(EventLoop eventLoop, Transport transport) {
    this.eventLoop = eventLoop;
    this.transport = transport;
  }

  /** Turns a client away that is not registered anywhere yet. */
  void add(Channel client, RefuseWith how) {
    if (how == RefuseWith.RST) {
      SocketTuning.resetOnClose(client);
      client.unsafe().closeForcibly();
      return;
    }
    client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    client.pipeline().addLast(new Discard());
    transport.readFromStart(client);
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

  private void linger(ChannelFuture registered) {
    Channel client = registered.channel();
    if (!registered.isSuccess()) {
      client.unsafe().closeForcibly();
      return;
    }
    if (lingering.size() == MOST) {
      lingering.removeFirst().client.close();
    }
    transport.shutdownOutput(client);
    lingering.addLast(new Lingering(client, System.nanoTime()));
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
