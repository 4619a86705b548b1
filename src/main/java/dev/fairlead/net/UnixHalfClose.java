package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.AttributeKey;

/**
 * ALLOW_HALF_CLOSURE for the Unix channels that Netty 4.2.18 closes at the peer's FIN, whatever the
 * option is: those of NIO and io_uring. {@link HalfCloseNio} and {@link HalfCloseIoUring} act on
 * it. On the channel's event loop.
 */
final class UnixHalfClose {
  private static final AttributeKey<Boolean> ALLOWED =
      AttributeKey.valueOf(UnixHalfClose.class, "allowed");

  private UnixHalfClose() {}

  static void allow(Channel channel, boolean allowed) {
    channel.attr(ALLOWED).set(allowed);
  }

  static boolean isAllowed(Channel channel) {
    return channel.hasAttr(ALLOWED) && channel.attr(ALLOWED).get();
  }

  /** Reports the peer's FIN. */
  static void report(Channel channel) {
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
  }
}
