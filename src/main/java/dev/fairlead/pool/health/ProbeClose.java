package dev.fairlead.pool.health;

import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection that a probe leaves in peace: a FIN, after close_notify if it has TLS, then it
 * waits for the backend to close. A reset would be an error in the logs of many backends, for each
 * probe; with TLS 1.3 they may also still have to read the last message of the handshake. On the
 * channel's event loop.
 */
final class ProbeClose {
  /** The longest wait for the backend. */
  static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private ProbeClose() {}

  /** Ends {@code channel}, which the caller must not close; resets it after {@code withinNanos}. */
  static void start(Transport transport, Channel channel, long withinNanos) {
    var timer =
        channel
            .eventLoop()
            .schedule(
                () -> reset(channel), Math.min(withinNanos, MOST_NANOS), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> timer.cancel(false));
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    }
    // The future of closeOutbound() fails though all is written, so the FIN follows an empty write.
    channel
        .pipeline()
        .firstContext()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> transport.shutdownOutput(channel));
  }

  /** Bypasses the pipeline, whose TLS handler would send close_notify first, and perhaps wait. */
  static void reset(Channel channel) {
    SocketTuning.resetOnClose(channel);
    channel.unsafe().close(channel.unsafe().voidPromise());
  }
}
