package dev.fairlead.pool.health;

import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * How a connection ends whose TLS handshake is completed: close_notify, a FIN, and then the
 * backend's end is waited for. With TLS 1.3 the backend may still have to read our last message and
 * to write session tickets; a reset would be an error in its log for each probe. On the channel's
 * event loop.
 */
final class Farewell {
  /** The longest that a backend is waited for. */
  static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private Farewell() {}

  /**
   * Ends {@code channel}, which nobody else closes from now on.
   *
   * @param withinNanos when it is reset if the backend has not ended it; more than {@link
   *     #MOST_NANOS} counts as that
   */
  static void say(Transport transport, Channel channel, long withinNanos) {
    var timer =
        channel
            .eventLoop()
            .schedule(
                () -> reset(channel), Math.min(withinNanos, MOST_NANOS), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> timer.cancel(false));
    ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
    ((SslHandler) tls.handler()).closeOutbound();
    // That future fails though all is written, so the FIN follows a write of nothing after it.
    tls.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> transport.shutdownOutput(channel));
  }

  /** Not through the pipeline: TLS would say goodbye first, and perhaps wait. */
  static void reset(Channel channel) {
    SocketTuning.resetOnClose(channel);
    channel.unsafe().close(channel.unsafe().voidPromise());
  }
}
