package dev.fairlead.net.tls;

import dev.fairlead.net.tls.ServerCertificate.AlternativeName;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What a handshake has agreed on, for the access log and metrics.
 *
 * @param version as {@code TLSv1.3}
 * @param cipher as the JDK names it
 * @param resumed whether the client's ticket was taken
 * @param alpn null = none
 * @param clientName the first DNS name, URI or e-mail address of the client's certificate, else its
 *     common name; null = it has shown none
 * @param commonName of the client's certificate; null = none
 * @param notAfter the end of the client's certificate; null = it has shown none
 */
public record TlsDetails(
    String version,
    String cipher,
    boolean resumed,
    @Nullable String alpn,
    @Nullable String clientName,
    @Nullable String commonName,
    @Nullable Instant notAfter) {

  /**
   * Of a handshake that is complete; on the event loop of its channel.
   *
   * @param startedMillis when the handler was made, by {@link System#currentTimeMillis}
   */
  public static TlsDetails of(SslHandler handler, long startedMillis) {
    SSLEngine engine = handler.engine();
    Optional<X509Certificate> client = certificate(engine);
    return new TlsDetails(
        engine.getSession().getProtocol(),
        engine.getSession().getCipherSuite(),
        isResumed(engine, startedMillis),
        handler.applicationProtocol(),
        client.map(TlsDetails::name).orElse(null),
        client.flatMap(ServerCertificate::commonName).orElse(null),
        client.map(one -> one.getNotAfter().toInstant()).orElse(null));
  }

  /**
   * Whether the client's certificate has expired. A resumed session has the certificate of its
   * first handshake, and neither provider looks at it again.
   */
  public boolean isClientExpired(Instant now) {
    return notAfter != null && now.isAfter(notAfter);
  }

  /** The JDK does not tell, but keeps the time at which a session began. */
  private static boolean isResumed(SSLEngine engine, long startedMillis) {
    if (engine instanceof ReferenceCountedOpenSslEngine open) {
      long pointer = open.sslPointer();
      return pointer != 0 && SSL.isSessionReused(pointer);
    }
    return engine.getSession().getCreationTime() < startedMillis;
  }

  private static Optional<X509Certificate> certificate(SSLEngine engine) {
    try {
      Certificate[] chain = engine.getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate client
          ? Optional.of(client)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private static @Nullable String name(X509Certificate client) {
    return ServerCertificate.alternativeNames(client).stream()
        .filter(TlsDetails::isClientName)
        .findFirst()
        .map(AlternativeName::value)
        .or(() -> ServerCertificate.commonName(client))
        .orElse(null);
  }

  private static boolean isClientName(AlternativeName name) {
    return name.type() == ServerCertificate.DNS
        || name.type() == ServerCertificate.URI
        || name.type() == ServerCertificate.EMAIL;
  }
}
