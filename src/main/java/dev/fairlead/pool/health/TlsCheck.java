package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.pool.Backend;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Well = a TLS handshake is completed. No certificate of ours is shown, and the names in the
 * backend's are not compared. The server name asked for is the backend's host name; an IP address
 * is not told.
 */
final class TlsCheck implements Check {
  private static final Logger LOG = LoggerFactory.getLogger(TlsCheck.class);

  private final SslContext context;

  /** Runs what a handshake computes. */
  private final Executor tasks;

  /**
   * @param trust which certificates are accepted
   */
  TlsCheck(BackendConfig backend, TrustManagerFactory trust, Executor tasks) {
    this.context = context(backend, trust);
    this.tasks = tasks;
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<Outcome> outcome) {
    SslHandler tls = context.newHandler(pipeline.channel().alloc(), tasks);
    tls.setHandshakeTimeoutMillis(0); // the probe has a time-out of its own
    pipeline.addLast(tls, new Handshake(outcome));
  }

  @Override
  public boolean saysFarewell() {
    return true;
  }

  private static SslContext context(BackendConfig backend, TrustManagerFactory trust) {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(trust)
            .endpointIdentificationAlgorithm(null)
            // Sessions are never resumed, and the JDK would keep 20,480 of them.
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

  /** Null for an IP address, a Unix socket, and a name that TLS can't ask for. */
  private static SNIHostName serverName(BackendConfig backend) {
    String name = Backend.hostNameOf(backend);
    if (name == null) {
      return null;
    }
    try {
      return new SNIHostName(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    } catch (IllegalArgumentException e) {
      // An underscore, as Docker's names may have.
      LOG.debug("probes of {} ask for no server name: {}", backend.id(), e.getMessage());
      return null;
    }
  }

  private static final class Handshake extends ChannelInboundHandlerAdapter {
    private final Consumer<Outcome> outcome;

    Handshake(Consumer<Outcome> outcome) {
      this.outcome = outcome;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (!(event instanceof SslHandshakeCompletionEvent completed)) {
        context.fireUserEventTriggered(event);
      } else if (completed.isSuccess()) {
        // Not in this turn: our last message is written, but not flushed yet.
        Outcome well = Outcome.well("handshake completed");
        context.executor().execute(() -> outcome.accept(well));
      } else {
        outcome.accept(failure(completed.cause()));
      }
    }

    private static Outcome failure(Throwable failure) {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof CertificateException) {
          return Outcome.failed("certificate not trusted");
        }
        if (cause instanceof RejectedExecutionException) {
          return Outcome.inconclusive("nothing runs the handshake");
        }
        if (cause instanceof ClosedChannelException) {
          return Outcome.failed(CLOSED);
        }
      }
      return Outcome.failed("handshake failed");
    }
  }
}
