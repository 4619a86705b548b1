package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.pool.Backend;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes if a TLS handshake is completed and then, if there is one, the check within it passes. */
final class TlsCheck implements Check {
  private static final Logger LOG = LoggerFactory.getLogger(TlsCheck.class);

  private final Function<ByteBufAllocator, SslHandler> handlers;
  private final @Nullable Check inner;

  private TlsCheck(Function<ByteBufAllocator, SslHandler> handlers, @Nullable Check inner) {
    this.handlers = handlers;
    this.inner = inner;
  }

  /** As sessions do it: with the contexts of the pool. */
  static TlsCheck of(
      BackendConfig backend, Executor tasks, Supplier<BackendContexts> tls, @Nullable Check inner) {
    String host = backend.host() == null ? "localhost" : backend.host();
    return new TlsCheck(
        allocator -> tls.get().newHandler(allocator, host, backend.port(), tasks), inner);
  }

  /**
   * Sends no client certificate, and accepts any of the backend. Sends its host name as the server
   * name, but not an IP address.
   */
  static TlsCheck ofAny(BackendConfig backend, Executor tasks) {
    SslContext context = context(backend, InsecureTrustManagerFactory.INSTANCE);
    return new TlsCheck(allocator -> context.newHandler(allocator, tasks), null);
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    SslHandler tls = handlers.apply(pipeline.channel().alloc());
    tls.setHandshakeTimeoutMillis(0); // The probe has a time-out.
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

  private static SslContext context(BackendConfig backend, TrustManagerFactory trust) {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(trust)
            .endpointIdentificationAlgorithm(null)
            // Sessions are never resumed, and the JDK would cache 20,480 of them.
            .sessionCacheSize(1);
    SNIHostName name = serverName(backend);
    if (name != null) {
      builder.serverName(name);
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new UncheckedIOException("TLS for probes of " + backend.id(), e);
    }
  }

  /** Null for an IP address, a Unix socket, and a name that is not valid in TLS. */
  private static @Nullable SNIHostName serverName(BackendConfig backend) {
    String name = Backend.hostNameOf(backend);
    if (name == null) {
      return null;
    }
    try {
      return new SNIHostName(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    } catch (IllegalArgumentException e) {
      // An underscore, as Docker's names may have.
      LOG.debug("probes of {} send no server name: {}", backend.id(), e.getMessage());
      return null;
    }
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
