package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.slf4j.LoggerFactory;

/**
 * Ensured: the admin listener has at most {@code node.admin.maxConnections} connections and a
 * quarter of them from one address, and still answers everybody.
 *
 * <p>Provoked: silent connections, half requests and event streams, many more than places.
 *
 * <p>A failure looks like: connections that all stay open, or a health check without an answer.
 */
class AdminFloodTest {
  private static final int SHARE = 8;
  private static final String LIMIT = "admin: { port: 0, maxConnections: " + 4 * SHARE + " }";

  private final Logger logger =
      (Logger) LoggerFactory.getLogger("dev.fairlead.admin.AdminConnections");
  private final List<TestConnection> opened = new ArrayList<>();

  @BeforeEach
  void quiet() {
    logger.setLevel(Level.ERROR);
  }

  @AfterEach
  void close() throws IOException {
    logger.setLevel(null);
    for (TestConnection each : opened) {
      each.close();
    }
  }

  private static TestMember member(TransportKind transport, TestBackend backend) {
    return MemberSetup.on(transport).admin(LIMIT).backends(backend).start();
  }

  private TestConnection connect(TestMember member) throws IOException {
    TestConnection connection =
        TestClient.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), member.member().adminPort()));
    opened.add(connection);
    return connection;
  }

  private static void request(TestConnection connection, String path) throws IOException {
    connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private void expectReady(TestMember member) throws IOException {
    TestConnection probe = connect(member);
    request(probe, "/readyz");
    probe.expect("HTTP/1.1 200 OK\r\n");
    probe.close();
  }

  /** Of those that were opened so far. */
  private long stillOpen() throws IOException {
    long open = 0;
    for (TestConnection each : opened) {
      open += isOpen(each) ? 1 : 0;
    }
    return open;
  }

  private static boolean isOpen(TestConnection connection) throws IOException {
    if (!connection.channel().isOpen()) {
      return false;
    }
    connection.channel().configureBlocking(false);
    try {
      return connection.channel().read(java.nio.ByteBuffer.allocate(64 * 1024)) >= 0;
    } catch (IOException reset) {
      return false;
    }
  }

  @EveryTransport
  void silentConnectionsKeepNobodyOut(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = member(transport, backend)) {
      for (int i = 0; i < 20 * SHARE; i++) {
        connect(member);
        opened.get(i).send(i % 2 == 0 ? "" : "GET /readyz HTTP/1.1\r\nHost: loc");
      }
      expectReady(member);
      await().until(() -> stillOpen() <= SHARE);
      try (TestConnection client = TestClient.connect(member)) {
        client.send("x");
        client.expect("x");
      }
    }
  }

  @EveryTransport
  void aConnectionThatIsUsedOutlivesSilentOnes(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = member(transport, backend)) {
      TestConnection used = connect(member);
      for (int i = 0; i < 10 * SHARE; i++) {
        TestConnection silent = connect(member);
        // Else many could be accepted at once, after the last request of the one that is used.
        request(silent, "/livez");
        silent.expect("HTTP/1.1 200 OK\r\n");
        request(used, "/livez");
        used.expect("HTTP/1.1 200 OK\r\n");
        assertThat(used.readSome(10_000)).isNotEmpty();
      }
    }
  }

  @EveryTransport
  void eventStreamsOfOneSourceDoNotShutOutItsHealthChecks(TransportKind transport)
      throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = member(transport, backend)) {
      // One after the other: each takes the place of the oldest, as nothing else can give way.
      for (int i = 0; i < 2 * SHARE; i++) {
        TestConnection stream = connect(member);
        request(stream, "/api/v1/events");
        stream.expect("HTTP/1.1 200 OK\r\n");
      }
      expectReady(member);
      await().until(() -> stillOpen() == SHARE - 1);
    }
  }
}
