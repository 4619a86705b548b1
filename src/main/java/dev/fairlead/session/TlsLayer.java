package dev.fairlead.session;

import dev.fairlead.config.Problem;
import dev.fairlead.net.Transport;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.util.Objects;
import javax.net.ssl.SSLException;

/**
 * The TLS of one side: how its output ends, and what its errors mean. On the session's event loop.
 *
 * <p>close_notify stands for the FIN in both directions, and a FIN without it is an error: whoever
 * is in between could have made it. With TLS 1.2 a peer answers close_notify by its own at once
 * (RFC 5246, 7.2.1), so one direction cannot end before the other; with BoringSSL a peer that ends
 * first gets no more bytes in TLS 1.3 either.
 */
final class TlsLayer {
  private final SslHandler handler;
  private final ChannelHandlerContext context;
  private boolean finished;

  private TlsLayer(SslHandler handler, ChannelHandlerContext context) {
    this.handler = handler;
    this.context = context;
  }

  /** Adds {@code handler} between {@code side} and the network. */
  static TlsLayer below(ChannelHandlerContext side, SslHandler handler) {
    side.pipeline().addBefore(side.name(), null, handler);
    return new TlsLayer(handler, Objects.requireNonNull(side.pipeline().context(handler)));
  }

  /** Sends close_notify, then runs {@code sendFin}. */
  void finish(Runnable sendFin) {
    closeOutbound();
    // The future of closeOutbound() fails though all is written.
    context
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                sendFin.run();
              }
            });
  }

  /** Closes the channel; the peer gets close_notify if it can take it at once. */
  void close() {
    closeOutbound();
    // Past the handler, which would wait for the peer.
    Transport.discard(context.channel());
  }

  /** No close_notify will be sent. */
  void abandon() {
    finished = true;
  }

  private void closeOutbound() {
    if (!finished && context.channel().isActive()) {
      finished = true;
      handler.closeOutbound();
    }
  }

  /**
   * Whether nothing can be sent any more. That is so after our own close_notify, and with BoringSSL
   * after the peer's: Netty's engine answers it at once.
   */
  boolean isOutputDone() {
    return handler.engine().isOutboundDone();
  }

  /** A FIN that was not announced. */
  static SSLException truncated() {
    return new SSLException("TLS ended without close_notify");
  }

  /** For a log line: what was wrong first, as a certificate for another name. */
  static String reason(Throwable failure) {
    Throwable first = failure;
    while (first.getCause() != null && first.getCause() != first) {
      first = first.getCause();
    }
    return Problem.reason(first);
  }

  /** Netty wraps the errors of TLS as those of any decoder. */
  static Throwable cause(Throwable thrown) {
    return thrown instanceof DecoderException && thrown.getCause() instanceof SSLException cause
        ? cause
        : thrown;
  }
}
