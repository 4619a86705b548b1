package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.net.tls.TlsPeers.Outcome;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ensures that only a backend with the right certificate is believed, and what it is shown.
 * Provoked by handshakes with servers of one authority and of others. A failure would be bytes of
 * clients for whoever answers in the name of a backend.
 */
final class BackendContextsTest {
  private static final TestCa CA = TestCa.root("Backend CA");

  @TempDir private Path directory;
  private TlsPeers peers;
  private Path ca;

  @BeforeEach
  void start() throws Exception {
    peers = new TlsPeers();
    ca = Files.writeString(directory.resolve("ca.pem"), CA.pem());
  }

  @AfterEach
  void stop() {
    peers.close();
  }

  @ParameterizedTest
  @EnumSource
  void believesTheNameOrTheAddressInTheCertificate(TlsProvider provider) throws Exception {
    int port = serve(CA.issue("x", "dns:db.example", "ip:127.0.0.1"), ClientAuth.NONE);
    BackendContexts contexts = contexts(provider, true, ca, null, null);

    assertThat(peers.connect(contexts, "db.example", port).failure()).isNull();
    assertThat(peers.connect(contexts, "127.0.0.1", port).failure()).isNull();
    assertThat(peers.connect(contexts, "other.example", port).isOk()).isFalse();
    assertThat(peers.connect(contexts, "127.0.0.2", port).isOk()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void asksForTheServerNameInsteadOfTheHost(TlsProvider provider) throws Exception {
    int port = serve(CA.issue("x", "dns:db.example"), ClientAuth.NONE);

    assertThat(connect(contexts(provider, true, ca, "db.example", null), port).failure()).isNull();
    assertThat(connect(contexts(provider, true, ca, "web.example", null), port).isOk()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void believesNoOtherAuthority(TlsProvider provider) throws Exception {
    int port = serve(TestCa.root("Backend CA").issue("x", "ip:127.0.0.1"), ClientAuth.NONE);

    assertThat(connect(contexts(provider, true, ca, null, null), port).isOk()).isFalse();
    assertThat(connect(contexts(provider, true, null, null, null), port).isOk())
        .as("the JDK's authorities")
        .isFalse();
    assertThat(connect(contexts(provider, false, null, null, null), port).failure())
        .as("not verified")
        .isNull();
  }

  @ParameterizedTest
  @EnumSource
  void refusesAnExpiredBackend(TlsProvider provider) throws Exception {
    Instant past = Instant.now().minusSeconds(3600);
    int port = serve(CA.issue(TestCa.keys("EC", 256), past, "x", "ip:127.0.0.1"), ClientAuth.NONE);

    assertThat(connect(contexts(provider, true, ca, null, null), port).isOk()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void showsItsOwnCertificateAndResumesWithIt(TlsProvider provider) throws Exception {
    int port = serve(CA.issue("x", "ip:127.0.0.1"), ClientAuth.REQUIRE);
    PemFiles own = CA.issue("proxy", "dns:proxy.example").write(directory, "proxy");
    BackendContexts contexts = contexts(provider, true, ca, null, own);

    assertThat(connect(contexts, port).failure()).isNull();
    TlsDetails first = peers.nextAccepted().details();
    assertThat(connect(contexts, port).failure()).isNull();
    TlsDetails second = peers.nextAccepted().details();

    assertThat(first.clientName()).isEqualTo("proxy.example");
    assertThat(first.resumed()).isFalse();
    assertThat(second.resumed()).isTrue();
    assertThat(second.clientName()).as("kept in the ticket").isEqualTo("proxy.example");
    assertThat(contexts.certificates().get(0).names()).containsExactly("proxy.example");
  }

  @ParameterizedTest
  @EnumSource
  void namesTheFileThatCannotBeUsed(TlsProvider provider) {
    BackendTls tls =
        new BackendTls(
            true,
            directory.resolve("no-ca.pem"),
            null,
            directory.resolve("no.pem"),
            null,
            List.of(),
            TlsVersion.TLS_1_2);

    assertThat(BackendContexts.read(tls, provider).problems())
        .extracting(problem -> problem.in("f", "pools[0].tls").path())
        .containsExactly("pools[0].tls.ca", "pools[0].tls.certificate");
  }

  private Outcome connect(BackendContexts contexts, int port) throws Exception {
    return peers.connect(contexts, "127.0.0.1", port);
  }

  private BackendContexts contexts(
      TlsProvider provider, boolean verify, Path authority, String serverName, PemFiles own)
      throws Exception {
    BackendTls tls =
        new BackendTls(
            verify,
            authority,
            serverName,
            own == null ? null : own.certificate(),
            own == null ? null : own.key(),
            List.of(),
            TlsVersion.TLS_1_2);
    return BackendContexts.read(tls, provider).contexts().make();
  }

  private int serve(TestCa.Issued issued, ClientAuth auth) throws Exception {
    PemFiles files = issued.write(directory, "server");
    Terminate tls =
        new Terminate(
            List.of(new CertificateFile(files.certificate(), files.key())),
            auth,
            auth == ClientAuth.NONE ? null : ca,
            null,
            List.of(),
            TlsVersion.TLS_1_2,
            List.of(),
            List.of(),
            Tickets.MEMBER,
            Duration.ofSeconds(30));
    ServerContexts.Setup setup =
        new ServerContexts.Setup("db", tls, TlsProvider.BORINGSSL, TicketKeys.ofMember());
    return peers.serve(ServerContexts.read(setup, Instant.now()).contexts().make());
  }
}
