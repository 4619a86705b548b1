package dev.fairlead.behaviour;

import static dev.fairlead.testkit.TlsSocket.hello;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.HelloBytes;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: a client goes where its server name, protocol or address leads, and its backend gets
 * every byte as it was sent. What is no ClientHello goes nowhere.
 *
 * <p>Provoked: names that match exactly, by wildcard and not at all, hellos in single bytes, other
 * protocols, silence, PostgreSQL's word before TLS.
 *
 * <p>A failure looks like: the wrong backend, a hello that has lost bytes, or bytes that are no
 * hello at the default pool.
 */
@Logs("TLS handshake with backend")
class RoutesTest {
  private static final String TLS = "tls: { mode: passthrough, helloTimeout: 300ms }";
  private static final byte[] SSL_REQUEST = HelloBytes.postgresRequest();

  @TempDir private Path directory;

  @EveryTransport
  void nameLeadsToItsPoolAndTheHelloArrivesWhole(TransportKind transport) throws Exception {
    try (Pools pools = new Pools();
        TestMember member = pools.start(transport, true)) {
      pools.expectAt(member, pools.exact, hello("www.example.com"));
      pools.expectAt(member, pools.wild, hello("a.b.EXAMPLE.com"));
      pools.expectAt(member, pools.byDefault, hello("example.org"));
      pools.expectAt(member, pools.byDefault, hello(null));
      pools.expectAt(member, pools.alpn, hello(null, "imap"));
      List<JsonObject> lines = member.accessLog(5);
      assertThat(lines)
          .extracting(line -> line.getString("sni") + " " + line.getString("route"))
          .containsExactly(
              "www.example.com routes[0]",
              "a.b.example.com routes[1]",
              "example.org null",
              "null null",
              "null routes[2]");
    }
  }

  @EveryTransport
  void helloMayArriveInSingleBytes(TransportKind transport) throws Exception {
    byte[] hello = hello("www.example.com");
    try (Pools pools = new Pools();
        TestMember member = pools.start(transport, true);
        TestConnection client = TestClient.connect(member)) {
      for (byte each : hello) {
        client.send(new byte[] {each});
      }
      assertThat(pools.exact.next().readExactly(hello.length)).isEqualTo(hello);
    }
  }

  @EveryTransport
  void clientWithoutARouteIsRefused(TransportKind transport) throws Exception {
    try (Pools pools = new Pools();
        TestMember member = pools.start(transport, false);
        TestConnection client = TestClient.connect(member)) {
      client.send(hello("example.org"));
      client.expectEnd();
      expectRefused(member, "no-route", "hello");
    }
  }

  @EveryTransport
  void whatIsNoHelloGoesNowhere(TransportKind transport) throws Exception {
    byte[] longSessionId = hello("www.example.com");
    longSessionId[43] = 33;
    for (byte[] sent :
        List.of(
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            new byte[] {22, 3, 1, 0, 0},
            longSessionId)) {
      try (Pools pools = new Pools();
          TestMember member = pools.start(transport, true);
          TestConnection client = TestClient.connect(member)) {
        client.send(sent);
        client.expectEnd();
        expectRefused(member, "hello", "hello");
        pools.expectNoConnection();
      }
    }
  }

  @EveryTransport
  void silentClientAndCutHelloEndAtTheTimeout(TransportKind transport) throws Exception {
    byte[] hello = hello("www.example.com");
    try (Pools pools = new Pools();
        TestMember member = pools.start(transport, true);
        TestConnection silent = TestClient.connect(member);
        TestConnection cut = TestClient.connect(member)) {
      cut.send(java.util.Arrays.copyOf(hello, 50));
      silent.expectEnd();
      cut.expectEnd();
      assertThat(member.accessLog(2))
          .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("hello"));
      pools.expectNoConnection();
    }
  }

  @EveryTransport
  void helloAfterAProxyHeaderIsRouted(TransportKind transport) throws Exception {
    byte[] hello = hello("www.example.com");
    try (Pools pools = new Pools();
        TestMember member =
            MemberSetup.on(transport)
                .start(pools.document(true, "proxyProtocol: {mode: required}"));
        TestConnection client = TestClient.connect(member)) {
      client.send("PROXY TCP4 192.0.2.7 198.51.100.1 40001 443\r\n");
      client.send(hello);
      assertThat(pools.exact.next().readExactly(hello.length)).isEqualTo(hello);
    }
  }

  @EveryTransport
  void sourceRoutesNeedNoTls(TransportKind transport) throws Exception {
    try (TestBackend near = TestBackend.saying("near");
        TestBackend far = TestBackend.saying("far");
        TestMember member =
            MemberSetup.on(transport)
                .start(
                    """
                    listeners:
                      - name: web
                        bind: 127.0.0.1:0
                        pool: far
                        routes: [{ source: [127.0.0.2/32], pool: near }]
                    pools:
                      - { name: near, backends: [{ %s }] }
                      - { name: far, backends: [{ %s }] }
                    """
                        .formatted(near.keys(), far.keys()))) {
      try (TestConnection client = TestClient.connectFrom("127.0.0.2", member)) {
        client.expect("near");
      }
      try (TestConnection client = TestClient.connect(member)) {
        client.expect("far");
      }
      JsonObject explained = member.json("/api/v1/explain?listener=web&source=127.0.0.2");
      assertThat(explained.getString("route")).isEqualTo("routes[0]");
      assertThat(explained.getString("pool")).isEqualTo("near");
    }
  }

  @EveryTransport
  void handshakeIsBetweenClientAndBackend(TransportKind transport) throws Exception {
    PemFiles pem = PemFiles.selfSigned(directory);
    try (SSLServerSocket server =
            (SSLServerSocket) pem.serverContext().getServerSocketFactory().createServerSocket(0);
        TestMember member =
            MemberSetup.on(transport)
                .listener(TLS)
                .backend("host: 127.0.0.1, port: " + server.getLocalPort())
                .start()) {
      Thread serving = new Thread(() -> echoOne(server));
      serving.start();
      InetSocketAddress address = (InetSocketAddress) member.address();
      try (Socket plain = new Socket(address.getAddress(), address.getPort());
          SSLSocket client =
              (SSLSocket)
                  pem.trustingContext()
                      .getSocketFactory()
                      .createSocket(plain, "localhost", address.getPort(), true)) {
        client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        assertThat(client.getInputStream().readNBytes(5))
            .isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
      }
      serving.join();
    }
  }

  private static MemberSetup postgres(TransportKind transport) {
    return MemberSetup.on(transport)
        .accessLog()
        .listener("tls: { mode: passthrough, startTls: postgres }");
  }

  /** Asks as a PostgreSQL client does. */
  private static void expectTls(TestConnection client) throws IOException {
    client.send(SSL_REQUEST);
    client.expect("S");
  }

  @EveryTransport
  void postgresClientIsAskedForItsHelloAndItsBackendForTls(TransportKind transport)
      throws Exception {
    byte[] hello = hello("db.example.com");
    try (TestBackend backend = TestBackend.manual();
        TestMember member = postgres(transport).backends(backend).start()) {
      try (TestConnection client = TestClient.connect(member)) {
        client.send(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x30});
        client.expect("N");
        expectTls(client);
        client.send(hello);
        TestConnection served = backend.next();
        assertThat(served.readExactly(8)).isEqualTo(SSL_REQUEST);
        served.send("S");
        assertThat(served.readExactly(hello.length)).isEqualTo(hello);
        served.send("answer");
        client.expect("answer");
        assertThat(member.session().sni()).isEqualTo("db.example.com");
      }
      try (TestConnection direct = TestClient.connect(member)) {
        direct.send(hello);
        assertThat(backend.next().readExactly(hello.length)).isEqualTo(hello);
      }
    }
  }

  @EveryTransport
  void clientThatIsAskedForItsHelloAndLeavesIsLogged(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = postgres(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      expectTls(client);
      client.finish();
      client.expectEnd();
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("hello");
    }
  }

  @EveryTransport
  void postgresBackendWithoutTlsEndsTheSession(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = postgres(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      expectTls(client);
      client.send(hello("db.example.com"));
      TestConnection served = backend.next();
      assertThat(served.readExactly(8)).isEqualTo(SSL_REQUEST);
      served.send("N");
      client.expectEnd();
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("connect-failed");
    }
  }

  @EveryTransport
  void nextBackendIsAskedWhenOneRefusesTls(TransportKind transport) throws Exception {
    byte[] hello = hello("db.example.com");
    try (TestBackend inClear =
            TestBackend.serving(
                served -> {
                  served.readExactly(8);
                  served.send("N");
                });
        TestBackend good = TestBackend.manual();
        TestMember member =
            postgres(transport)
                .pool("balance: round-robin", "outlier: off")
                .backends(inClear, good)
                .start()) {
      for (int i = 0; i < 2; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          expectTls(client);
          client.send(hello);
          TestConnection served = good.next();
          assertThat(served.readExactly(8)).isEqualTo(SSL_REQUEST);
          served.send("S");
          assertThat(served.readExactly(hello.length)).isEqualTo(hello);
          served.send("answer");
          served.finish();
          client.expect("answer");
          client.finish();
        }
      }
      assertThat(member.accessLog(2))
          .allSatisfy(line -> assertThat(line.getLong("bytesToClient")).isEqualTo(6))
          .extracting(line -> line.getInteger("attempts"))
          .containsExactlyInAnyOrder(1, 2);
    }
  }

  private static void expectRefused(TestMember member, String reason, String phase)
      throws Exception {
    JsonObject line = member.accessLog(1).get(0);
    assertThat(line.getString("reason")).isEqualTo(reason);
    assertThat(line.getString("phase")).isEqualTo(phase);
    assertThat(member.refused(reason)).isEqualTo(1);
  }

  private static void echoOne(SSLServerSocket server) {
    try (SSLSocket client = (SSLSocket) server.accept()) {
      client.getOutputStream().write(client.getInputStream().readNBytes(5));
    } catch (IOException ended) {
      // The client's assertion tells.
    }
  }

  /** A pool for each kind of route. */
  private static final class Pools implements AutoCloseable {
    final TestBackend exact = TestBackend.manual();
    final TestBackend wild = TestBackend.manual();
    final TestBackend alpn = TestBackend.manual();
    final TestBackend byDefault = TestBackend.manual();

    Pools() throws IOException {}

    TestMember start(TransportKind transport, boolean withDefault) {
      return MemberSetup.on(transport).accessLog().start(document(withDefault, "backlog: 100"));
    }

    String document(boolean withDefault, String more) {
      return """
          listeners:
            - name: web
              bind: 127.0.0.1:0
              %s
              %s
              %s
              routes:
                - { sni: [www.example.com], pool: exact }
                - { sni: ["*.example.com"], pool: wild }
                - { alpn: [imap], pool: alpn }
          pools:
            - { name: exact, backends: [{ %s }] }
            - { name: wild, backends: [{ %s }] }
            - { name: alpn, backends: [{ %s }] }
            - { name: other, backends: [{ %s }] }
          """
          .formatted(
              TLS,
              withDefault ? "pool: other" : "",
              more,
              exact.keys(),
              wild.keys(),
              alpn.keys(),
              byDefault.keys());
    }

    void expectAt(TestMember member, TestBackend backend, byte[] hello) throws Exception {
      int before = member.accessLog(0).size();
      try (TestConnection client = TestClient.connect(member)) {
        client.send(hello);
        TestConnection served = backend.next();
        assertThat(served.readExactly(hello.length)).isEqualTo(hello);
        served.send("answer");
        client.expect("answer");
        served.finish();
        client.expectEof();
      }
      await().until(() -> member.accessLog(0).size() > before);
    }

    void expectNoConnection() {
      assertThat(List.of(exact, wild, alpn, byDefault))
          .allSatisfy(backend -> assertThat(backend.accepted()).isZero());
    }

    @Override
    public void close() throws IOException {
      exact.close();
      wild.close();
      alpn.close();
      byDefault.close();
    }
  }
}
