package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.net.tls.TlsPeers.Outcome;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestCa.Issued;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ensures which certificate, version, cipher and protocol a client gets, and which clients come in.
 * Provoked by handshakes over sockets, with BoringSSL and with the JDK. A failure would be a wrong
 * certificate, or a client that comes in without the right one.
 */
final class ServerContextsTest {
  private static final TestCa CA = TestCa.root("Server CA");
  private static final TestCa CLIENTS = TestCa.root("Client CA");

  @TempDir private Path directory;
  private TlsPeers peers;

  @BeforeEach
  void start() {
    peers = new TlsPeers();
  }

  @AfterEach
  void stop() {
    peers.close();
  }

  @ParameterizedTest
  @EnumSource
  void theNameOfTheClientChoosesTheCertificate(TlsProvider provider) throws Exception {
    List<CertificateSource> sources = new ArrayList<>();
    sources.add(file("first", "dns:first.example"));
    sources.add(file("wild", "dns:*.example"));
    sources.add(file("exact", "dns:exact.example", "dns:www.exact.example"));
    int port = serve(provider, new Terms().certificates(sources));
    BackendContexts client = client(provider, false, null, List.of(), TlsVersion.TLS_1_2);

    assertThat(shown(client, "exact.example", port)).isEqualTo("exact");
    assertThat(shown(client, "EXACT.Example", port)).isEqualTo("exact");
    assertThat(shown(client, "www.exact.example", port)).isEqualTo("exact");
    assertThat(shown(client, "other.example", port)).isEqualTo("wild");
    assertThat(shown(client, "two.labels.example", port)).isEqualTo("first");
    assertThat(shown(client, "example", port)).isEqualTo("first");
    assertThat(shown(client, "unknown.test", port)).isEqualTo("first");
    assertThat(shown(client, "127.0.0.1", port)).as("no name").isEqualTo("first");
  }

  @ParameterizedTest
  @EnumSource
  void speaksTls12AndTls13(TlsProvider provider) throws Exception {
    int port = serve(provider, new Terms());

    for (TlsVersion version : TlsVersion.values()) {
      assertThat(peers.connect(port, peers.only(provider, version)).failure()).isNull();
      assertThat(peers.nextAccepted().details().version()).isEqualTo(version.label());
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesAVersionBelowTheMinimum(TlsProvider provider) throws Exception {
    int port = serve(provider, new Terms().minVersion(TlsVersion.TLS_1_3));

    Outcome old = peers.connect(port, peers.only(provider, TlsVersion.TLS_1_2));

    assertThat(old.isOk()).isFalse();
    assertThat(peers.nextAccepted().failure()).isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void speaksOnlyTheCiphersOfTheList(TlsProvider provider) throws Exception {
    int port = serve(provider, new Terms().ciphers(List.of("ECDHE-ECDSA-AES256-GCM-SHA384")));

    assertThat(peers.connect(port, peers.only(provider, TlsVersion.TLS_1_2)).failure()).isNull();
    assertThat(peers.nextAccepted().details().cipher())
        .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    assertThat(peers.connect(any(provider), "localhost", port).failure()).isNull();
    assertThat(peers.nextAccepted().details().version()).isEqualTo("TLSv1.3");
  }

  @ParameterizedTest
  @EnumSource
  void refusesACipherThatIsNotKnown(TlsProvider provider) throws Exception {
    Terms terms =
        new Terms()
            .ciphers(List.of("ECDHE-RSA-AES128-GCM-SHA256", "NO-SUCH", "TLS_AES_128_GCM_SHA256"));

    assertThat(read(provider, terms).problems())
        .extracting(problem -> problem.in("f", "listeners[0].tls").toString())
        .containsExactly(
            "f: listeners[0].tls.ciphers: NO-SUCH (expected: a cipher of TLS 1.2, as OpenSSL names"
                + " it, that is known here)",
            "f: listeners[0].tls.ciphers: TLS_AES_128_GCM_SHA256 (expected: a cipher of TLS 1.2, as"
                + " OpenSSL names it, that is known here)");
  }

  @ParameterizedTest
  @EnumSource
  void theFirstProtocolOfTheServerThatTheClientOffersIsSpoken(TlsProvider provider)
      throws Exception {
    int port = serve(provider, new Terms().alpn(List.of("h2", "http/1.1")));

    assertThat(alpn(provider, port, List.of("http/1.1", "h2"))).isEqualTo("h2");
    assertThat(alpn(provider, port, List.of("http/1.1"))).isEqualTo("http/1.1");
    assertThat(alpn(provider, port, List.of())).isNull();
    assertThat(alpn(provider, port, List.of("postgresql"))).as("goes on without").isNull();
  }

  @ParameterizedTest
  @EnumSource
  void asksClientsForCertificatesOnlyAsConfigured(TlsProvider provider) throws Exception {
    BackendContexts good = with(provider, CLIENTS.issue("good", "dns:good.client"));
    TestCa namesake = TestCa.root("Client CA");
    BackendContexts bad = with(provider, namesake.issue("bad", "dns:bad.client"));
    int none = serve(provider, new Terms());
    int request = serve(provider, new Terms().clients(ClientAuth.REQUEST));
    int require = serve(provider, new Terms().clients(ClientAuth.REQUIRE));

    assertThat(clientName(good, none)).isEqualTo("none");
    assertThat(clientName(good, request)).isEqualTo("good.client");
    assertThat(clientName(any(provider), request)).isEqualTo("none");
    assertThat(clientName(bad, request)).isEqualTo("refused");
    assertThat(clientName(good, require)).isEqualTo("good.client");
    assertThat(clientName(any(provider), require)).isEqualTo("refused");
    assertThat(clientName(bad, require)).isEqualTo("refused");
  }

  @ParameterizedTest
  @EnumSource
  void refusesARevokedClient(TlsProvider provider) throws Exception {
    Issued good = CLIENTS.issue("good");
    Issued revoked = CLIENTS.issue("revoked");
    Path list =
        Files.writeString(directory.resolve("crl.pem"), CLIENTS.revocationList(revoked.leaf()));
    int port = serve(provider, new Terms().clients(ClientAuth.REQUIRE).revoked(list));

    assertThat(clientName(with(provider, good), port)).isEqualTo("good");
    assertThat(clientName(with(provider, revoked), port)).isEqualTo("refused");
  }

  @ParameterizedTest
  @EnumSource
  void aListOfAnotherAuthorityLetsNobodyIn(TlsProvider provider) throws Exception {
    Path list = Files.writeString(directory.resolve("crl.pem"), CA.revocationList());
    int port = serve(provider, new Terms().clients(ClientAuth.REQUIRE).revoked(list));

    assertThat(clientName(with(provider, CLIENTS.issue("good")), port)).isEqualTo("refused");
  }

  @ParameterizedTest
  @EnumSource
  void onlyClientsWithOneOfTheNamesComeIn(TlsProvider provider) throws Exception {
    List<String> names =
        List.of("*.ok.example", "spiffe://td/ns/*/sa/web", "*@mail.example", "Some Name");
    int port = serve(provider, new Terms().clients(ClientAuth.REQUIRE).names(names));

    assertThat(comesIn(provider, port, "x", "dns:a.ok.example")).isTrue();
    assertThat(comesIn(provider, port, "x", "dns:A.OK.example")).isTrue();
    assertThat(comesIn(provider, port, "x", "uri:spiffe://td/ns/prod.eu/sa/web")).isTrue();
    assertThat(comesIn(provider, port, "x", "email:jane.doe@mail.example")).isTrue();
    assertThat(comesIn(provider, port, "Some Name")).isTrue();
    assertThat(comesIn(provider, port, "b.ok.example")).isTrue();
    assertThat(comesIn(provider, port, "x", "dns:other.example", "dns:c.ok.example")).isTrue();
    assertThat(comesIn(provider, port, "x", "dns:ok.example")).isFalse();
    assertThat(comesIn(provider, port, "x", "dns:a.b.ok.example")).isFalse();
    assertThat(comesIn(provider, port, "x", "uri:spiffe://td/ns/a/b/sa/web")).isFalse();
    assertThat(comesIn(provider, port, "x", "email:jane@mail.example.test")).isFalse();
    assertThat(comesIn(provider, port, "some name")).isFalse();
  }

  @Test
  void clientsCannotBeAskedWithoutAnAuthority() throws Exception {
    Terms terms = new Terms().clients(ClientAuth.REQUIRE).authority(null);

    assertThat(read(TlsProvider.JDK, terms).problems())
        .extracting(problem -> problem.in("f", "listeners[0].tls").toString())
        .containsExactly(
            "f: listeners[0].tls.clientCa: null (expected: a file, because clients are asked for"
                + " certificates)");
  }

  @Test
  void theJdkReportsThatItCannotShareTickets() throws Exception {
    ServerContexts jdk = read(TlsProvider.JDK, new Terms()).contexts().make();
    ServerContexts boringSsl = read(TlsProvider.BORINGSSL, new Terms()).contexts().make();

    assertThat(jdk.notes())
        .containsExactly(
            "tickets: cluster acts as member, because the JDK cannot share their keys");
    assertThat(boringSsl.notes()).isEmpty();
  }

  private boolean comesIn(TlsProvider provider, int port, String common, String... names)
      throws Exception {
    return !clientName(with(provider, CLIENTS.issue(common, names)), port).equals("refused");
  }

  /** What the server calls the client. */
  private String clientName(BackendContexts client, int port) throws Exception {
    peers.connect(client, "localhost", port);
    Outcome accepted = peers.nextAccepted();
    if (!accepted.isOk()) {
      return "refused";
    }
    return accepted.details().clientName() == null ? "none" : accepted.details().clientName();
  }

  private String alpn(TlsProvider provider, int port, List<String> offered) throws Exception {
    BackendContexts client = client(provider, true, null, offered, TlsVersion.TLS_1_2);
    Outcome outcome = peers.connect(client, "localhost", port);
    assertThat(outcome.failure()).isNull();
    assertThat(peers.nextAccepted().details().alpn()).isEqualTo(outcome.alpn());
    return outcome.alpn();
  }

  private String shown(BackendContexts client, String host, int port) throws Exception {
    Outcome outcome = peers.connect(client, host, port);
    assertThat(outcome.failure()).isNull();
    return ServerCertificate.commonName(outcome.shown()).orElseThrow();
  }

  private BackendContexts any(TlsProvider provider) throws Exception {
    return client(provider, true, null, List.of(), TlsVersion.TLS_1_2);
  }

  private BackendContexts with(TlsProvider provider, Issued certificate) throws Exception {
    PemFiles files = certificate.write(directory, "client" + System.nanoTime());
    return client(provider, true, files, List.of(), TlsVersion.TLS_1_2);
  }

  private BackendContexts client(
      TlsProvider provider, boolean verify, PemFiles shown, List<String> alpn, TlsVersion lowest)
      throws Exception {
    Path ca = Files.writeString(directory.resolve("ca.pem"), CA.pem());
    BackendTls tls =
        new BackendTls(
            verify,
            ca,
            null,
            shown == null ? null : shown.certificate(),
            shown == null ? null : shown.key(),
            alpn,
            lowest);
    return BackendContexts.read(tls, provider).contexts().make();
  }

  private CertificateSource file(String common, String... names) throws Exception {
    PemFiles files = CA.issue(common, names).write(directory, common);
    return new CertificateFile(files.certificate(), files.key());
  }

  private int serve(TlsProvider provider, Terms terms) throws Exception {
    TlsFiles<ServerContexts> files = read(provider, terms);
    assertThat(files.problems()).isEmpty();
    return peers.serve(files.contexts().make());
  }

  private TlsFiles<ServerContexts> read(TlsProvider provider, Terms terms) throws Exception {
    ServerContexts.Setup setup =
        new ServerContexts.Setup("web", terms.terminate(), provider, TicketKeys.ofMember());
    return ServerContexts.read(setup, Instant.now());
  }

  /** A configuration, of localhost and for all clients unless told otherwise. */
  private final class Terms {
    private List<CertificateSource> certificates;
    private ClientAuth clientAuth = ClientAuth.NONE;
    private Path authority;
    private Path revoked;
    private List<String> names = List.of();
    private List<String> ciphers = List.of();
    private List<String> alpn = List.of();
    private TlsVersion minVersion = TlsVersion.TLS_1_2;

    Terms() throws Exception {
      certificates = List.of(file("localhost", "dns:localhost", "ip:127.0.0.1"));
      authority = Files.writeString(directory.resolve("clients.pem"), CLIENTS.pem());
    }

    Terms certificates(List<CertificateSource> wanted) {
      certificates = wanted;
      return this;
    }

    Terms clients(ClientAuth wanted) {
      clientAuth = wanted;
      return this;
    }

    Terms authority(Path wanted) {
      authority = wanted;
      return this;
    }

    Terms revoked(Path wanted) {
      revoked = wanted;
      return this;
    }

    Terms names(List<String> wanted) {
      names = wanted;
      return this;
    }

    Terms ciphers(List<String> wanted) {
      ciphers = wanted;
      return this;
    }

    Terms alpn(List<String> wanted) {
      alpn = wanted;
      return this;
    }

    Terms minVersion(TlsVersion wanted) {
      minVersion = wanted;
      return this;
    }

    Terminate terminate() {
      return new Terminate(
          certificates,
          clientAuth,
          clientAuth == ClientAuth.NONE ? null : authority,
          revoked,
          names,
          minVersion,
          ciphers,
          alpn,
          Tickets.CLUSTER,
          Duration.ofSeconds(30));
    }
  }
}
