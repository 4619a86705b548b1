package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: IPv4, IPv6, Unix sockets and host names work as listener and as backend, in any mix.
 *
 * <p>Provoked: one exchange through each of them; a socket file that a dead process left behind; a
 * name whose first address refuses.
 *
 * <p>A failure looks like: a start that fails, a client that is refused, or a file left behind.
 */
class AddressFamiliesTest {
  @TempDir Path directory;

  private MemberSetup onUnixSocket(TransportKind transport) {
    return MemberSetup.on(transport).bind("unix:" + directory.resolve("web.sock"));
  }

  @EveryTransport
  void unixSocketsOnBothSides(TransportKind transport) throws Exception {
    Path backendPath = directory.resolve("backend.sock");
    Path listenerPath = directory.resolve("web.sock");
    try (TestBackend backend = echoOn(UnixDomainSocketAddress.of(backendPath));
        TestMember member =
            MemberSetup.on(transport)
                .bind("unix:" + listenerPath)
                .accessLog()
                .backends(backend)
                .start()) {
      exchange(member);
      assertThat(member.accessLog(1).get(0).getString("source")).isEqualTo("unix:");
      assertThat(member.accessLog(1).get(0).getString("backend")).isEqualTo("unix:" + backendPath);
    }
    assertThat(listenerPath).doesNotExist();
    Files.delete(backendPath);
  }

  @EveryTransport
  void halfCloseOverUnixSockets(TransportKind transport) throws Exception {
    Path path = directory.resolve("backend.sock");
    try (TestBackend backend = echoOn(UnixDomainSocketAddress.of(path));
        TestMember member = onUnixSocket(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      client.send("question");
      client.finish();
      assertThat(client.readText()).isEqualTo("question");
    }
    Files.delete(path);
  }

  @EveryTransport
  void longAnswerAfterTheFinOfAUnixClientArrives(TransportKind transport) throws Exception {
    int length = 8_000_000;
    Path path = directory.resolve("backend.sock");
    try (TestBackend backend =
            TestBackend.serving(
                connection -> {
                  connection.readText();
                  connection.send(new byte[length]);
                },
                UnixDomainSocketAddress.of(path));
        TestMember member = onUnixSocket(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      client.send("question");
      client.finish();
      assertThat(client.readText()).hasSize(length);
      member.awaitSessions(0);
    }
    Files.delete(path);
  }

  @EveryTransport
  void manyHalfClosedUnixClientsAreAnsweredAndLeaveNothing(TransportKind transport)
      throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            onUnixSocket(transport)
                .pool("timeouts: { close: 1h, idle: 1h }")
                .backends(backend)
                .start()) {
      for (int i = 0; i < 200; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send("question " + i);
          client.finish();
          assertThat(client.readText()).isEqualTo("question " + i);
        }
      }
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void unixClientThatGoesAwayAfterItsFinEndsTheSessionAtTheAnswer(TransportKind transport)
      throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            onUnixSocket(transport)
                .pool("timeouts: { close: 1h, idle: 1h }")
                .backends(backend)
                .start()) {
      TestConnection client = TestClient.connect(member);
      client.send("question");
      client.close();
      TestConnection server = backend.next();
      assertThat(server.readText()).isEqualTo("question");
      server.send("answer");
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void socketFileOfADeadProcessIsReplaced(TransportKind transport) throws Exception {
    Path path = directory.resolve("stale.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport).bind("unix:" + path).backends(backend).start()) {
      exchange(member);
    }
    assertThat(path).doesNotExist();
  }

  @EveryTransport
  void resetOfATcpClientEndsAUnixBackend(TransportKind transport) throws Exception {
    Path path = directory.resolve("reset.sock");
    try (TestBackend backend = TestBackend.serving(null, UnixDomainSocketAddress.of(path));
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      client.send("x");
      TestConnection server = backend.next();
      server.expect("x");
      client.reset();
      server.expectEof();
      member.awaitSessions(0);
    }
    Files.delete(path);
  }

  @EveryTransport
  void ipv6OnBothSides(TransportKind transport) throws Exception {
    InetAddress loopback = InetAddress.getByAddress(ipv6Loopback());
    try (TestBackend backend = ipv6Echo(loopback);
        TestMember member =
            MemberSetup.on(transport).bind("[::1]:0").accessLog().backends(backend).start()) {
      exchange(member);
      assertThat(member.accessLog(1).get(0).getString("source")).startsWith("[::1]:");
      assertThat(member.accessLog(1).get(0).getString("backend"))
          .isEqualTo("[::1]:" + backend.port());
    }
  }

  @EveryTransport
  void nameWhoseFirstAddressRefusesIsReachedByItsNext(TransportKind transport) throws Exception {
    InetAddress[] addresses = InetAddress.getAllByName("localhost");
    Assumptions.assumeTrue(addresses.length > 1, "localhost has one address here");
    InetAddress last = addresses[addresses.length - 1];
    try (TestBackend backend = echoOn(new InetSocketAddress(last, 0));
        TestMember member = localhost(transport, backend)) {
      exchange(member);
      assertThat(member.backend(0).failures()).isZero();
    }
  }

  @EveryTransport
  void hostNameIsOneBackend(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = localhost(transport, backend)) {
      exchange(member);
      assertThat(member.accessLog(1).get(0).getInteger("attempts")).isEqualTo(1);
      assertThat(member.backend(0).id()).isEqualTo("localhost:" + backend.port());
    }
  }

  private static TestMember localhost(TransportKind transport, TestBackend backend) {
    return MemberSetup.on(transport)
        .accessLog()
        .backend("host: localhost, port: " + backend.port())
        .start();
  }

  private static void exchange(TestMember member) throws Exception {
    try (TestConnection client = TestClient.connect(member)) {
      client.send("question");
      client.expect("question");
    }
  }

  private static TestBackend echoOn(java.net.SocketAddress address) throws Exception {
    return TestBackend.serving(dev.fairlead.testkit.Scripts::echo, address);
  }

  private static TestBackend ipv6Echo(InetAddress loopback) throws Exception {
    try {
      return echoOn(new InetSocketAddress(loopback, 0));
    } catch (java.net.SocketException e) {
      return Assumptions.abort("no IPv6 here: " + e.getMessage());
    }
  }

  private static byte[] ipv6Loopback() {
    byte[] address = new byte[16];
    address[15] = 1;
    return address;
  }
}
