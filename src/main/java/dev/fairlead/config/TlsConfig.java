package dev.fairlead.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The records of {@code tls}. */
public final class TlsConfig {
  private TlsConfig() {}

  /**
   * How a listener treats TLS: the first message of the client is read for the routes; then TLS
   * ends here, or all bytes go to the backend as they came.
   *
   * @param helloTimeout from the accept, or the end of a PROXY header, until that message is
   *     complete
   * @param startTls what a client says before it begins TLS
   * @param terminate null = TLS is passed through
   */
  public record ListenerTls(
      Duration helloTimeout, StartTls startTls, @Nullable Terminate terminate) {
    public static final Duration DEFAULT_HELLO_TIMEOUT = Duration.ofSeconds(5);
  }

  /** A word of another protocol that comes before TLS. */
  public enum StartTls implements Labelled {
    NONE,
    /** PostgreSQL's SSLRequest is answered here. */
    POSTGRES
  }

  /** Who does the cryptography; {@code node.tlsProvider}. */
  public enum ProviderChoice implements Labelled {
    /** BoringSSL where its native library can be loaded, the JDK elsewhere. */
    AUTO,
    /** BoringSSL or nothing. */
    OPENSSL,
    JDK
  }

  /**
   * How a listener ends the TLS of its clients, so that the pool gets what they say in clear or in
   * TLS of its own.
   *
   * @param certificates in order, at least one; the first one is for clients that name no host, or
   *     one that no certificate has
   * @param clientCa certificates of the authorities that sign those of clients; null = none, only
   *     with {@link ClientAuth#NONE}
   * @param clientCrl lists of revoked certificates, one of each authority in {@code clientCa} and
   *     between it and a client; null = none is revoked
   * @param clientNames of the clients that may come in, an asterisk for one label; empty = all that
   *     an authority has signed
   * @param minVersion the lowest version of TLS that is spoken
   * @param ciphers of TLS 1.2 as OpenSSL names them, in order; empty = those of the provider. All
   *     of TLS 1.3 are always spoken
   * @param alpn in order, the first one that the client offers too is chosen; empty = none
   * @param handshakeTimeout from the first message of the client until the handshake is complete
   */
  public record Terminate(
      List<CertificateSource> certificates,
      ClientAuth clientAuth,
      @Nullable Path clientCa,
      @Nullable Path clientCrl,
      List<String> clientNames,
      TlsVersion minVersion,
      List<String> ciphers,
      List<String> alpn,
      Tickets tickets,
      Duration handshakeTimeout) {
    public static final TlsVersion DEFAULT_MIN_VERSION = TlsVersion.TLS_1_2;
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    public Terminate {
      certificates = List.copyOf(certificates);
      clientNames = List.copyOf(clientNames);
      ciphers = List.copyOf(ciphers);
      alpn = List.copyOf(alpn);
    }
  }

  /** Where certificates with their private keys are, in PEM. */
  public sealed interface CertificateSource {

    /**
     * One certificate with those of its issuers.
     *
     * @param key null = it is in {@code cert}
     */
    record CertificateFile(Path cert, @Nullable Path key) implements CertificateSource {}

    /**
     * All certificates of a directory: of each {@code *.pem} with its key in it, in the order of
     * their names, and before them of {@code tls.crt} with {@code tls.key}.
     */
    record CertificateDirectory(Path directory) implements CertificateSource {}
  }

  /** Whether clients have to show a certificate. */
  public enum ClientAuth implements Labelled {
    NONE,
    /** They are asked for one; a bad one is refused, and none is accepted. */
    REQUEST,
    REQUIRE
  }

  /** Which keys seal the tickets with which clients resume their sessions. */
  public enum Tickets implements Labelled {
    /** Keys made of the cluster's secret: any member resumes what another one began. */
    CLUSTER,
    /** Keys of this process. */
    MEMBER,
    /** No session is resumed. */
    OFF
  }

  /** A version of TLS. */
  public enum TlsVersion implements Labelled {
    TLS_1_2,
    TLS_1_3;

    /** {@code TLSv1.2}, as the JDK and OpenSSL write it too. */
    @Override
    public String label() {
      return "TLSv" + name().substring("TLS_".length()).replace('_', '.').toLowerCase(Locale.ROOT);
    }
  }

  /**
   * TLS from here to the backends of a pool.
   *
   * @param verify whether a backend has to prove with its certificate that it has the name it is
   *     asked for
   * @param ca certificates of the authorities that sign those of backends; null = those that the
   *     JDK knows
   * @param serverName the name that is asked for; null = the host of the backend
   * @param certificate shown to backends that ask for one, its issuers behind it; null = none
   * @param key of {@code certificate}; null = it is in {@code certificate}
   * @param alpn offered, in order; empty = none
   */
  public record BackendTls(
      boolean verify,
      @Nullable Path ca,
      @Nullable String serverName,
      @Nullable Path certificate,
      @Nullable Path key,
      List<String> alpn,
      TlsVersion minVersion) {
    public static final BackendTls DEFAULT =
        new BackendTls(true, null, null, null, null, List.of(), TlsVersion.TLS_1_2);

    public BackendTls {
      alpn = List.copyOf(alpn);
    }
  }
}
