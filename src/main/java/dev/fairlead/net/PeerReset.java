package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;

/**
 * Reports a peer's reset to the handlers of a channel where Netty reports a FIN or nothing. A reset
 * is an {@link IOException}, as where Netty sees it itself. On the channel's event loop.
 */
public final class PeerReset {
  private static final String MESSAGE = "Connection reset by peer";

  private PeerReset() {}

  static IOException exception() {
    return new IOException(MESSAGE);
  }

  /** The peer has reset after its FIN. Does nothing once {@code channel} is closed. */
  static void report(Channel channel) {
    if (channel.isOpen()) {
      channel.pipeline().fireExceptionCaught(exception());
    }
  }

  /**
   * Reports the end of the input of {@code channel} as a reset. To be called after a write or a
   * connect has received the error from the kernel: the end of the input then looks like a FIN.
   */
  public static void expect(Channel channel) {
    if (channel.pipeline().get(AtEnd.class) == null) {
      channel.pipeline().addFirst(new AtEnd());
    }
  }

  private static final class AtEnd extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        ctx.fireExceptionCaught(exception());
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      ctx.fireExceptionCaught(exception());
      ctx.fireChannelInactive();
    }
  }
}
