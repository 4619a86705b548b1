package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.net.tls.TlsPeers.Outcome;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ensures where a client's ticket is taken and where not. Provoked by clients that connect to one
 * server, or member, after another. A failure would be a full handshake at each other member, or a
 * client that enters a listener by the ticket of one that asks for less.
 */
final class TicketsTest {
  private static final TestCa CA = TestCa.root("Server CA");
  private static final TicketKeys CLUSTER =
      TicketKeys.ofCluster(List.of("the secret of the cluster".getBytes(UTF_8)));
  private static final Instant NOW = Instant.parse("2026-11-29T13:00:00Z");

  @TempDir private Path directory;
  private TlsPeers peers;
  private CertificateFile certificate;
  private Path clients;

  @BeforeEach
  void start() throws Exception {
    peers = new TlsPeers();
    PemFiles files = CA.issue("localhost", "dns:localhost").write(directory, "server");
    certificate = new CertificateFile(files.certificate(), files.key());
    clients = Files.writeString(directory.resolve("clients.pem"), TestCa.root("One").pem());
  }

  @AfterEach
  void stop() {
    peers.close();
  }

  @ParameterizedTest
  @EnumSource
  void aSessionIsResumedByBothProviders(TlsProvider provider) throws Exception {
    for (TlsVersion version : TlsVersion.values()) {
      int port = serve(server("web", provider, Tickets.MEMBER, TicketKeys.ofMember(), NOW));
      Function<ByteBufAllocator, SslHandler> client = peers.only(provider, version);

      assertThat(isResumed(client, port)).isFalse();
      assertThat(isResumed(client, port)).as(version.label()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void offResumesNothing(TlsProvider provider) throws Exception {
    for (TlsVersion version : TlsVersion.values()) {
      int port = serve(server("web", provider, Tickets.OFF, CLUSTER, NOW));
      Function<ByteBufAllocator, SslHandler> client = peers.only(provider, version);

      assertThat(isResumed(client, port)).isFalse();
      assertThat(isResumed(client, port)).as(version.label()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherMemberWithTheSecretResumes(TlsVersion version) throws Exception {
    int one = serve(cluster("web", NOW));
    int other =
        serve(
            server(
                "web",
                TlsProvider.BORINGSSL,
                Tickets.CLUSTER,
                TicketKeys.ofCluster(List.of("the secret of the cluster".getBytes(UTF_8))),
                NOW));

    assertThat(resumesAt(version, one, other)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void anotherSecretOrListenerResumesNothing(TlsVersion version) throws Exception {
    int one = serve(cluster("web", NOW));
    int otherListener = serve(cluster("mail", NOW));
    TicketKeys secret = TicketKeys.ofCluster(List.of("another secret".getBytes(UTF_8)));
    int otherSecret = serve(server("web", TlsProvider.BORINGSSL, Tickets.CLUSTER, secret, NOW));

    assertThat(resumesAt(version, one, otherListener)).isFalse();
    assertThat(resumesAt(version, one, otherSecret)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aListenerThatLetsOtherClientsInResumesNothing(TlsVersion version) throws Exception {
    Path other = Files.writeString(directory.resolve("other.pem"), TestCa.root("Two").pem());
    TestCa one = TestCa.root("One");
    Path list = Files.writeString(directory.resolve("crl.pem"), one.revocationList());
    int open = serve(cluster("web", NOW));
    int request = serve(asking(ClientAuth.REQUEST, clients, null, List.of()));

    assertThat(
            resumesAt(
                version, request, serve(asking(ClientAuth.REQUEST, clients, null, List.of()))))
        .isTrue();
    assertThat(resumesAt(version, open, request)).isFalse();
    assertThat(resumesAt(version, request, open)).isFalse();
    assertThat(
            resumesAt(version, request, serve(asking(ClientAuth.REQUEST, other, null, List.of()))))
        .isFalse();
    assertThat(
            resumesAt(
                version, request, serve(asking(ClientAuth.REQUEST, clients, list, List.of()))))
        .isFalse();
    assertThat(
            resumesAt(
                version, request, serve(asking(ClientAuth.REQUEST, clients, null, List.of("a")))))
        .isFalse();
    int require = serve(asking(ClientAuth.REQUIRE, clients, null, List.of()));
    Function<ByteBufAllocator, SslHandler> client = peers.only(TlsProvider.BORINGSSL, version);
    assertThat(isResumed(client, request)).isFalse();
    peers.connect(require, client);
    assertThat(peers.nextAccepted().isOk()).as("without a certificate").isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aTicketIsTakenUntilTheEndOfTheNextPeriod(TlsVersion version) throws Exception {
    ServerContexts contexts = cluster("web", NOW);
    int port = serve(contexts);
    Function<ByteBufAllocator, SslHandler> client = peers.only(TlsProvider.BORINGSSL, version);
    assertThat(isResumed(client, port)).isFalse();

    contexts.rotate(NOW.plus(TicketKeys.PERIOD));
    assertThat(isResumed(client, port)).as("sealed in the period before").isTrue();

    Function<ByteBufAllocator, SslHandler> another = peers.only(TlsProvider.BORINGSSL, version);
    assertThat(isResumed(another, port)).isFalse();
    contexts.rotate(NOW.plus(TicketKeys.PERIOD.multipliedBy(3)));
    assertThat(isResumed(another, port)).as("sealed two periods before").isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aMemberWhoseClockIsAPeriodBehindResumes(TlsVersion version) throws Exception {
    int ahead = serve(cluster("web", NOW.plus(TicketKeys.PERIOD)));
    int behind = serve(cluster("web", NOW));

    assertThat(resumesAt(version, ahead, behind)).isTrue();
  }

  @Test
  void contextsOfANewCertificateResumeSessionsOfTheOld() throws Exception {
    TicketKeys member = TicketKeys.ofMember();
    int before = serve(server("web", TlsProvider.BORINGSSL, Tickets.MEMBER, member, NOW));
    PemFiles renewed = CA.issue("localhost", "dns:localhost").write(directory, "renewed");
    certificate = new CertificateFile(renewed.certificate(), renewed.key());
    int after = serve(server("web", TlsProvider.BORINGSSL, Tickets.MEMBER, member, NOW));

    assertThat(resumesAt(TlsVersion.TLS_1_3, before, after)).isTrue();
  }

  private boolean resumesAt(TlsVersion version, int first, int second) throws Exception {
    Function<ByteBufAllocator, SslHandler> client = peers.only(TlsProvider.BORINGSSL, version);
    assertThat(isResumed(client, first)).isFalse();
    return isResumed(client, second);
  }

  private boolean isResumed(Function<ByteBufAllocator, SslHandler> client, int port)
      throws Exception {
    Outcome outcome = peers.connect(port, client);
    assertThat(outcome.failure()).isNull();
    return peers.nextAccepted().details().resumed();
  }

  private int serve(ServerContexts contexts) throws InterruptedException {
    return peers.serve(contexts);
  }

  private ServerContexts cluster(String listener, Instant now) throws Exception {
    return server(listener, TlsProvider.BORINGSSL, Tickets.CLUSTER, CLUSTER, now);
  }

  private ServerContexts server(
      String listener, TlsProvider provider, Tickets tickets, TicketKeys keys, Instant now)
      throws Exception {
    Terminate tls = terminate(ClientAuth.NONE, null, null, List.of(), tickets);
    return ServerContexts.read(new ServerContexts.Setup(listener, tls, provider, keys), now)
        .contexts()
        .make();
  }

  private ServerContexts asking(ClientAuth auth, Path ca, Path crl, List<String> names)
      throws Exception {
    Terminate tls = terminate(auth, ca, crl, names, Tickets.CLUSTER);
    ServerContexts.Setup setup =
        new ServerContexts.Setup("web", tls, TlsProvider.BORINGSSL, CLUSTER);
    return ServerContexts.read(setup, NOW).contexts().make();
  }

  private Terminate terminate(
      ClientAuth auth, Path ca, Path crl, List<String> names, Tickets tickets) {
    return new Terminate(
        List.of(certificate),
        auth,
        ca,
        crl,
        names,
        TlsVersion.TLS_1_2,
        List.of(),
        List.of(),
        tickets,
        Duration.ofSeconds(30));
  }
}
