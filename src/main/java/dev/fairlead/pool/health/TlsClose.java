package dev.fairlead.pool.health;

import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection after a completed TLS handshake: close_notify and a FIN, then it waits for the
 * backend to close. With TLS 1.3 the backend may still have to read the handshake's last message
 * and to write session tickets; a reset would log an error there for each probe. On the channel's
 * event loop.
 */
final class TlsClose {
  /** The longest wait for the backend. */
  static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private TlsClose() {}

  /** Ends {@code channel}, which the caller must not close; resets it after {@code withinNanos}. */
  static void start(Transport transport, Channel channel, long withinNanos) {
    var timer =
        channel
            .eventLoop()
            .schedule(
                () -> reset(channel), Math.min(withinNanos, MOST_NANOS), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> timer.cancel(false));
    ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
    ((SslHandler) tls.handler()).closeOutbound();
    // The future of closeOutbound() fails though all is written, so the FIN follows an empty write.
    tls.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> transport.shutdownOutput(channel));
  }

  /** Bypasses the pipeline, whose TLS handler would send close_notify first, and perhaps wait. */
  static void reset(Channel channel) {
    SocketTuning.resetOnClose(channel);
    channel.unsafe().close(channel.unsafe().voidPromise());
  }
}
