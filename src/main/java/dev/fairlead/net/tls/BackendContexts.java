package dev.fairlead.net.tls;

import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.TlsVersion;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Begins TLS to the backends of one pool: one context of Netty, which resumes the sessions of each
 * backend. Immutable; any thread.
 */
public final class BackendContexts implements TlsContexts {
  private static final BackendTls ANY =
      new BackendTls(false, null, null, null, null, List.of(), TlsVersion.TLS_1_2);

  private final BackendTls tls;
  private final String digest;
  private final List<ServerCertificate> shown;
  private final SslContext context;

  /** Whether handshakes may be those of sessions of before. */
  private final boolean resumes;

  private BackendContexts(
      BackendTls tls,
      String digest,
      @Nullable ServerCertificate shown,
      SslContext context,
      boolean resumes) {
    this.tls = tls;
    this.resumes = resumes;
    this.digest = digest;
    this.shown = shown == null ? List.of() : List.of(shown);
    this.context = context;
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      // Netty's clients take tickets only in TLS 1.3 else; the keys are the server's.
      sessions.setTicketKeys();
    }
    NativeMemory.releaseWith(this, List.of(context));
  }

  /**
   * To see whether a server can do a whole handshake: accepts any certificate, shows none and
   * resumes nothing. Of the JDK, which may take milliseconds to begin with.
   */
  public static BackendContexts ofAny() {
    try {
      SslContext context = context(ANY, TlsProvider.JDK, List.of(), null);
      // The JDK would keep 20,480 sessions.
      context.sessionContext().setSessionCacheSize(1);
      return new BackendContexts(ANY, "", null, context, false);
    } catch (TlsProblem e) {
      throw new IllegalStateException("the JDK has no TLS", e);
    }
  }

  /** Reads all files of {@code tls}; blocks. */
  public static TlsFiles<BackendContexts> read(BackendTls tls, TlsProvider provider) {
    Certificates files = new Certificates();
    List<TlsProblem> problems = new ArrayList<>();
    List<X509Certificate> authorities = authorities(tls.ca(), files, problems);
    ServerCertificate shown = shown(tls, files, problems);
    String digest = files.digest();
    return new TlsFiles<>(
        digest,
        List.copyOf(problems),
        () -> {
          SslContext context = context(tls, provider, authorities, shown);
          return new BackendContexts(tls, digest, shown, context, true);
        });
  }

  /** Empty = those of the JDK. */
  private static List<X509Certificate> authorities(
      @Nullable Path ca, Certificates files, List<TlsProblem> problems) {
    try {
      return ca == null ? List.of() : files.pem("ca", ca).certificates();
    } catch (TlsProblem e) {
      problems.add(e);
      return List.of();
    }
  }

  private static @Nullable ServerCertificate shown(
      BackendTls tls, Certificates files, List<TlsProblem> problems) {
    try {
      return tls.certificate() == null
          ? null
          : files.pair("certificate", tls.certificate(), "key", tls.key());
    } catch (TlsProblem e) {
      problems.add(e);
      return null;
    }
  }

  private static SslContext context(
      BackendTls tls,
      TlsProvider provider,
      List<X509Certificate> authorities,
      @Nullable ServerCertificate shown)
      throws TlsProblem {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(provider.netty())
            .protocols(ServerContexts.versions(tls.minVersion()))
            .applicationProtocolConfig(ServerContexts.alpn(tls.alpn()));
    if (!tls.verify()) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    } else if (!authorities.isEmpty()) {
      builder.trustManager(authorities);
    }
    if (shown != null) {
      builder.keyManager(shown.key(), shown.chain());
    }
    try {
      return builder.build();
    } catch (SSLException | IllegalArgumentException e) {
      String key = tls.certificate() != null ? "certificate" : "ca";
      Path suspect = tls.certificate() != null ? tls.certificate() : tls.ca();
      throw new TlsProblem(key, String.valueOf(suspect), "a file that can be used with TLS here");
    }
  }

  /**
   * A handler for the client side of a new channel; on its event loop. Its handshake has no time
   * limit of its own: it is within the limit for connecting.
   *
   * @param host of the backend, a name or an address
   */
  public SslHandler newHandler(ByteBufAllocator allocator, String host, int port) {
    return newHandler(allocator, host, port, Runnable::run);
  }

  /** The same; {@code tasks} runs what takes long. */
  public SslHandler newHandler(ByteBufAllocator allocator, String host, int port, Executor tasks) {
    try {
      String name = withoutDot(tls.serverName() == null ? host : tls.serverName());
      // The JDK resumes a session only if it knows who the server is.
      SslHandler handler =
          resumes
              ? context.newHandler(allocator, name, port, tasks)
              : context.newHandler(allocator, tasks);
      askFor(name, handler.engine());
      handler.setHandshakeTimeoutMillis(0);
      return handler;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private static String withoutDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /** Netty asks for no name that has no dot, as those of Docker and Kubernetes. */
  private static void askFor(String name, SSLEngine engine) {
    if (NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name)) {
      return;
    }
    SSLParameters parameters = engine.getSSLParameters();
    try {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    } catch (IllegalArgumentException noServerName) {
      // An underscore: such a name cannot be asked for.
      return;
    }
    engine.setSSLParameters(parameters);
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public List<ServerCertificate> certificates() {
    return shown;
  }

  @Override
  public void rotate(Instant now) {
    // A client has no keys for tickets.
  }
}
