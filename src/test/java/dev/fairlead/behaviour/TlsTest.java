package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.HelloBytes;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import dev.fairlead.testkit.TlsSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: a listener that terminates TLS shows the certificate of the name that is asked for, lets
 * in whom it has to, gives the backend every byte in clear, and ends both directions as TCP does.
 *
 * <p>Provoked: names with and without a certificate, clients with and without theirs, halves that
 * end one after the other, a FIN without close_notify, handshakes that stop, files that change.
 *
 * <p>A failure looks like: another certificate, a client that is let in without one, bytes that are
 * lost, a session that stays, or an end that hides a cut.
 */
@Logs("TLS handshake with backend ")
class TlsTest {
  private static final TestCa CA = TestCa.root("Test CA");
  private static final String TEXT = "x".repeat(200_000);

  @TempDir private Path directory;
  private PemFiles one;
  private PemFiles two;

  @BeforeEach
  void certificates() throws IOException {
    one = CA.issue("one", "dns:one.example").write(directory, "one");
    two = CA.issue("two", "dns:*.two.example").write(directory, "two");
    Files.writeString(directory.resolve("ca.pem"), CA.pem());
  }

  private MemberSetup setup(TransportKind transport, String... more) {
    return MemberSetup.on(transport)
        .accessLog()
        .listener(
            "tls: { certificates: [%s, %s], handshakeTimeout: 500ms, alpn: [h2, http/1.1]%s }"
                .formatted(one.keys(), two.keys(), String.join("", more)));
  }

  private TlsSocket.Trusting client() {
    return TlsSocket.trusting(CA);
  }

  @EveryTransport
  void clientGetsTheCertificateOfItsNameAndTheBackendItsBytes(TransportKind transport)
      throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup(transport).backends(backend).start()) {
      for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
        for (String name : new String[] {"one.example", "a.two.example"}) {
          try (TlsSocket client = client().version(version).alpn("http/1.1").to(member, name)) {
            client.send(TEXT);
            client.expect(TEXT);
          }
        }
      }
      JsonObject line = member.accessLog(4).get(0);
      assertThat(line.getString("sni")).isEqualTo("one.example");
      assertThat(line.getLong("bytesFromClient")).isEqualTo(TEXT.length());
      assertThat(line.getLong("bytesToClient")).isEqualTo(TEXT.length());
      assertThat(line.getJsonObject("tls").getString("version")).isEqualTo("TLSv1.2");
      assertThat(line.getJsonObject("tls").getString("alpn")).isEqualTo("http/1.1");
      assertThat(line.getString("reason")).isEqualTo("client-closed");
    }
  }

  @EveryTransport
  void oneDirectionMayEndBeforeTheOther(TransportKind transport) throws Exception {
    try (TestBackend backend =
            TestBackend.serving(
                connection -> {
                  assertThat(connection.readText()).isEqualTo("question");
                  connection.send(TEXT);
                });
        TestMember member = setup(transport).node("tlsProvider: jdk").backends(backend).start();
        TlsSocket client = client().version("TLSv1.3").to(member, "one.example")) {
      client.send("question");
      client.finish();
      client.expect(TEXT);
      client.expectEof();
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void clientThatEndsFirstEndsItsSessionInOrder(TransportKind transport) throws Exception {
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      try (TestBackend backend =
              TestBackend.serving(
                  connection -> {
                    assertThat(connection.readText()).isEqualTo("question");
                    connection.send(TEXT);
                  });
          TestMember member = setup(transport).backends(backend).start()) {
        try (TlsSocket client = client().version(version).to(member, "one.example")) {
          client.send("question");
          client.finish();
        }
        assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("client-closed");
      }
    }
  }

  @EveryTransport
  void clientThatLeavesEndsItsSessionThoughTheBackendWritesOn(TransportKind transport)
      throws Exception {
    try (TestBackend backend =
            TestBackend.serving(
                connection -> {
                  while (true) {
                    connection.send(TEXT);
                  }
                });
        TestMember member = setup(transport).backends(backend).start()) {
      TlsSocket client = client().version("TLSv1.3").to(member, "one.example");
      client.expect(TEXT);
      client.finish();
      client.close();
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void resetOfTheBackendIsNoEndForTheClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = setup(transport).backends(backend).start();
        TlsSocket client = client().to(member, "one.example")) {
      client.send("question");
      TestConnection served = backend.next();
      served.expect("question");
      served.send("half");
      client.expect("half");
      served.reset();
      assertThatThrownBy(client::expectEof).isInstanceOf(IOException.class);
    }
  }

  @EveryTransport
  void endOfTheBackendIsAnEndForTheClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.saying(TEXT);
        TestMember member = setup(transport).backends(backend).start();
        TlsSocket client = client().to(member, "one.example")) {
      client.expect(TEXT);
      client.expectEof();
    }
  }

  @EveryTransport
  void finWithoutCloseNotifyIsPassedOnAsAReset(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = setup(transport).backends(backend).start();
        TlsSocket client = client().to(member, "one.example")) {
      client.send("some");
      TestConnection served = backend.next();
      served.expect("some");
      client.cut();
      served.expectReset();
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("client-reset");
    }
  }

  @EveryTransport
  void handshakeThatFailsOrStopsEndsTheSession(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup(transport, ", minVersion: TLSv1.3").backends(backend).start()) {
      assertThatThrownBy(() -> client().version("TLSv1.2").to(member, "one.example"))
          .isInstanceOf(IOException.class);
      byte[] hello = TlsSocket.hello("one.example");
      try (TestConnection stops = TestClient.connect(member)) {
        stops.send(hello);
        readToTheEnd(stops);
      }
      try (TestConnection leaves = TestClient.connect(member)) {
        leaves.send(hello);
        leaves.finish();
        readToTheEnd(leaves);
      }
      try (TestConnection garbage = TestClient.connect(member)) {
        garbage.send(hello);
        garbage.send(new byte[] {23, 3, 3, 0, 1, 0});
        readToTheEnd(garbage);
      }
      assertThat(member.accessLog(4))
          .allSatisfy(
              line -> {
                assertThat(line.getString("reason")).isEqualTo("tls-handshake");
                assertThat(line.getString("phase")).isEqualTo("handshake");
              });
      assertThat(backend.accepted()).isZero();
    }
  }

  /** The end is a FIN, or a reset where bytes of the client were not read. */
  private static void readToTheEnd(TestConnection client) {
    try {
      client.readText();
    } catch (IOException reset) {
      // That is an end, too.
    }
  }

  @EveryTransport
  void everyPrefixOfAHandshakeEndsTheSession(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup(transport).backends(backend).start()) {
      byte[] hello = TlsSocket.hello("one.example");
      for (int length = 1; length < hello.length; length += 7) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send(Arrays.copyOf(hello, length));
        }
      }
      member.awaitSessions(0);
      assertThat(backend.accepted()).isZero();
    }
  }

  @EveryTransport
  void onlyClientsWithACertificateOfTheAuthorityComeIn(TransportKind transport) throws Exception {
    TestCa other = TestCa.root("Other CA");
    String required =
        ", clientAuth: require, clientCa: '"
            + directory.resolve("ca.pem")
            + "'"
            + ", clientNames: ['*.clients.example']";
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup(transport, required).backends(backend).start()) {
      try (TlsSocket client =
          client().showing(CA.issue("c", "dns:c.clients.example")).to(member, "one.example")) {
        client.send("x");
        client.expect("x");
      }
      JsonObject tls = member.accessLog(1).get(0).getJsonObject("tls");
      assertThat(tls.getString("clientName")).isEqualTo("c.clients.example");
      expectRefused(member, client());
      expectRefused(member, client().showing(other.issue("c", "dns:c.clients.example")));
      expectRefused(member, client().showing(CA.issue("d", "dns:d.example")));
      assertThat(backend.accepted()).isEqualTo(1);
    }
  }

  /** With TLS 1.3 a client learns it with its first read only. */
  private static void expectRefused(TestMember member, TlsSocket.Trusting client) {
    assertThatThrownBy(
            () -> {
              try (TlsSocket refused = client.to(member, "one.example")) {
                refused.send("x");
                refused.expect("x");
              }
            })
        .isInstanceOf(IOException.class);
  }

  @EveryTransport
  void newCertificateIsServedWithoutAReload(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup(transport).backends(backend).start();
        TlsSocket before = client().to(member, "one.example")) {
      String serial = before.serial();
      PemFiles next = CA.issue("one", "dns:one.example").write(directory, "next");
      Files.copy(next.key(), one.key(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Files.copy(
          next.certificate(), one.certificate(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      await()
          .untilAsserted(
              () -> {
                try (TlsSocket after = client().to(member, "one.example")) {
                  assertThat(after.serial()).isNotEqualTo(serial);
                }
              });
      before.send("x");
      before.expect("x");
    }
  }

  @EveryTransport
  void slowReaderGetsEveryByte(TransportKind transport) throws Exception {
    int times = 100;
    try (TestBackend backend =
            TestBackend.serving(
                connection -> {
                  for (int i = 0; i < times; i++) {
                    connection.send(TEXT);
                  }
                });
        TestMember member = setup(transport).backends(backend).start();
        TlsSocket client = client().to(member, "one.example")) {
      for (int i = 0; i < times; i++) {
        client.expect(TEXT);
      }
      client.expectEof();
    }
  }

  @EveryTransport
  void backendWithTlsIsVerifiedAndTheNextOneIsTried(TransportKind transport) throws Exception {
    TestCa other = TestCa.root("Other CA");
    try (TlsSocket.Server good = TlsSocket.echo(CA.issue("b", "dns:localhost"));
        TlsSocket.Server unknown = TlsSocket.echo(other.issue("b", "dns:localhost"));
        TlsSocket.Server misnamed = TlsSocket.echo(CA.issue("b", "dns:other.example"));
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool(
                    "balance: round-robin",
                    "outlier: off",
                    "connect: { attempts: 3 }",
                    "tls: { ca: '" + directory.resolve("ca.pem") + "' }")
                .backend("host: localhost, port: " + unknown.port())
                .backend("host: localhost, port: " + misnamed.port())
                .backend("host: localhost, port: " + good.port())
                .start()) {
      for (int i = 0; i < 3; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send("in clear");
          client.expect("in clear");
          client.finish();
          client.expectEof();
        }
      }
      assertThat(member.accessLog(3))
          .allSatisfy(
              line -> assertThat(line.getString("backend")).isEqualTo("localhost:" + good.port()));
    }
  }

  @EveryTransport
  void tlsOnBothSidesWithAPostgresClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup(transport, ", startTls: postgres").backends(backend).start();
        TestConnection plain = TestClient.connect(member)) {
      plain.send(HelloBytes.postgresRequest());
      plain.expect("S");
      try (TlsSocket client = client().over(plain, "one.example")) {
        client.send("x");
        client.expect("x");
      }
    }
  }

  @EveryTransport
  void backendOfAPostgresClientIsAskedForTls(TransportKind transport) throws Exception {
    byte[] request = HelloBytes.postgresRequest();
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            setup(transport, ", startTls: postgres")
                .pool("tls: { ca: '" + directory.resolve("ca.pem") + "' }")
                .backends(backend)
                .start();
        TestConnection plain = TestClient.connect(member)) {
      plain.send(request);
      plain.expect("S");
      try (TlsSocket client = client().over(plain, "one.example")) {
        TestConnection served = backend.next();
        assertThat(served.readExactly(8)).isEqualTo(request);
        served.send("S");
        assertThat(served.readExactly(1)).containsExactly(0x16);
        assertThat(client.serial()).isNotEmpty();
      }
    }
  }
}
