package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.StartTls;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random TLS of listeners and of pools, as far as it is possible. */
final class TlsArbitraries {
  private TlsArbitraries() {}

  static Arbitrary<ListenerTls> ofListener() {
    return Combinators.combine(
            ConfigArbitraries.duration(1),
            Arbitraries.of(StartTls.class),
            terminate().injectNull(0.4))
        .as(ListenerTls::new);
  }

  /** Which clients may come in. */
  private record Clients(ClientAuth auth, Path ca, Path crl, List<String> names) {
    /** Nothing is asked of clients that show no certificate. */
    Clients possible() {
      return auth == ClientAuth.NONE ? new Clients(auth, null, null, List.of()) : this;
    }
  }

  private static Arbitrary<Terminate> terminate() {
    Arbitrary<CertificateSource> source =
        Arbitraries.oneOf(
            Combinators.combine(path(), path().injectNull(0.5)).as(CertificateFile::new),
            path().map(CertificateDirectory::new));
    Arbitrary<String> name =
        Arbitraries.of("*.a.example", "spiffe://a/ns/*", "*@a.example", "Ä b", "${X}", "$${/*/}");
    Arbitrary<Clients> clients =
        Combinators.combine(
                Arbitraries.of(ClientAuth.class),
                path(),
                path().injectNull(0.5),
                name.list().uniqueElements().ofMaxSize(2))
            .as(Clients::new)
            .map(Clients::possible);
    Arbitrary<String> cipher = Arbitraries.of("AES128-SHA", "ECDHE-RSA-CHACHA20-POLY1305");
    return Combinators.combine(
            source.list().ofMinSize(1).ofMaxSize(3),
            clients,
            Arbitraries.of(TlsVersion.class),
            cipher.list().uniqueElements().ofMaxSize(2),
            alpn(),
            Arbitraries.of(Tickets.class),
            ConfigArbitraries.duration(1))
        .as(TlsArbitraries::terminate);
  }

  private static Terminate terminate(
      List<CertificateSource> certificates,
      Clients clients,
      TlsVersion version,
      List<String> ciphers,
      List<String> alpn,
      Tickets tickets,
      Duration timeout) {
    return new Terminate(
        certificates,
        clients.auth(),
        clients.ca(),
        clients.crl(),
        clients.names(),
        version,
        version == TlsVersion.TLS_1_3 ? List.of() : ciphers,
        alpn,
        tickets,
        timeout);
  }

  static Arbitrary<BackendTls> ofPool() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            path().injectNull(0.5),
            Arbitraries.of("a.internal", "10.0.0.1", "::1").injectNull(0.5),
            path().injectNull(0.5),
            path().injectNull(0.5),
            alpn(),
            Arbitraries.of(TlsVersion.class))
        .as(
            (verify, ca, name, certificate, key, alpn, version) ->
                new BackendTls(
                    verify,
                    verify ? ca : null,
                    name,
                    certificate,
                    certificate == null ? null : key,
                    alpn,
                    version));
  }

  /** A Unix socket has no name that it could prove. */
  static BackendTls possible(BackendTls tls, List<BackendConfig> backends) {
    boolean unix = backends.stream().anyMatch(backend -> backend.unixPath() != null);
    return tls == null || !unix || tls.serverName() != null
        ? tls
        : new BackendTls(
            tls.verify(),
            tls.ca(),
            "a.internal",
            tls.certificate(),
            tls.key(),
            tls.alpn(),
            tls.minVersion());
  }

  private static Arbitrary<List<String>> alpn() {
    return Arbitraries.of("h2", "http/1.1", "${X}").list().uniqueElements().ofMaxSize(2);
  }

  private static Arbitrary<Path> path() {
    return Arbitraries.of("/a.pem", "/b ${c}/d.pem", "/ä\"'\\d.pem").map(Path::of);
  }
}
