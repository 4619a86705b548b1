package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.net.tls.BackendContexts;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes if a TLS handshake is completed and then, if there is one, the check within it passes.
 *
 * <p>In TLS 1.3 the client completes its handshake first: what the backend says of our certificate
 * comes later, and nothing comes if it accepts it and speaks second. So only a check within can
 * tell whether it has accepted it.
 */
final class TlsCheck implements Check {
  private final Function<ByteBufAllocator, SslHandler> handlers;
  private final @Nullable Check inner;

  private TlsCheck(Function<ByteBufAllocator, SslHandler> handlers, @Nullable Check inner) {
    this.handlers = handlers;
    this.inner = inner;
  }

  /**
   * As sessions do it: with the contexts of the pool. Sends the host name as the server name, but
   * not an IP address.
   */
  static TlsCheck of(
      BackendConfig backend, Executor tasks, Supplier<BackendContexts> tls, @Nullable Check inner) {
    String host = backend.host() == null ? "localhost" : backend.host();
    return new TlsCheck(
        allocator -> tls.get().newHandler(allocator, host, backend.port(), tasks), inner);
  }

  /** Sends no client certificate, and accepts any of the backend. */
  static TlsCheck ofAny(BackendConfig backend, Executor tasks) {
    BackendContexts any = BackendContexts.ofAny();
    return of(backend, tasks, () -> any, null);
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    SslHandler tls = handlers.apply(pipeline.channel().alloc());
    pipeline.addLast(
        tls,
        new ChannelInboundHandlerAdapter() {
          @Override
          public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent completed)) {
              context.fireUserEventTriggered(event);
            } else if (!completed.isSuccess()) {
              onResult.accept(failure(completed.cause()));
            } else if (inner == null) {
              // Later: the last message of the handshake is written, but not flushed yet.
              CheckResult well = CheckResult.passed("handshake completed");
              context.executor().execute(() -> onResult.accept(well));
            }
          }
        });
    if (inner != null) {
      inner.install(pipeline, onResult);
    }
  }

  @Override
  public boolean closesGracefully() {
    return true;
  }

  private static CheckResult failure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return CheckResult.failed("certificate not trusted");
      }
      if (cause instanceof RejectedExecutionException) {
        return CheckResult.inconclusive("nothing runs the handshake");
      }
      if (cause instanceof ClosedChannelException) {
        return CheckResult.CLOSED;
      }
    }
    return CheckResult.failed("handshake failed");
  }
}
