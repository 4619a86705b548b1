package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.net.proxy.HeaderRead;
import dev.fairlead.net.proxy.ProxyHeader;
import dev.fairlead.net.proxy.ProxyHeaderReader;
import dev.fairlead.net.proxy.Tlv;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: a backend that asks for a PROXY header gets one before any byte of the client, with the
 * client's address, also when the client says nothing; probes say that they are for no client.
 *
 * <p>Provoked: both versions, with and without a header of the client's own, clients of Unix
 * sockets, probes.
 *
 * <p>A failure looks like: a backend that gets the proxy's address, two headers, or none.
 */
class ProxyHeaderOutTest {
  private static final int MOST = 4096;

  @TempDir private Path directory;

  @EveryTransport
  void version1NamesTheClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport).pool("proxyProtocol: v1").backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection served = backend.next();
      int clientPort = local(client).getPort();
      int port = ((InetSocketAddress) member.address()).getPort();
      served.expect("PROXY TCP4 127.0.0.1 127.0.0.1 " + clientPort + " " + port + "\r\n");
      client.send("after");
      served.expect("after");
    }
  }

  @EveryTransport
  void version2PassesOnWhatTheClientsHeaderSays(TransportKind transport) throws Exception {
    byte[] header =
        ByteBufUtil.decodeHexDump(
            "0d0a0d0a000d0a515549540a" + "21110012" + "c0000207c63364019c4101bb" + "ea0003010203");
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .listener("proxyProtocol: { mode: required }")
                .pool("proxyProtocol: { version: v2, crc32c: true, uniqueId: true }")
                .backends(backend)
                .start();
        TestConnection client = TestClient.connect(member)) {
      client.send(header);
      client.send("after");
      TestConnection served = backend.next();
      HeaderRead.Complete read = read(served);
      ProxyHeader sent = read.header();
      assertThat(sent.version()).isEqualTo(2);
      assertThat(sent.source()).isEqualTo(new InetSocketAddress("192.0.2.7", 40001));
      assertThat(sent.destination()).isEqualTo(new InetSocketAddress("198.51.100.1", 443));
      assertThat(sent.tlv(0xea).map(Tlv::value)).hasValue(new byte[] {1, 2, 3});
      assertThat(sent.uniqueId().map(id -> new String(id, StandardCharsets.UTF_8)))
          .hasValue(member.session().session());
      served.expect("after");
    }
  }

  @EveryTransport
  void clientOfAUnixSocketHasNoAddress(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .bind("unix:" + directory.resolve("in.sock"))
                .pool("proxyProtocol: v1")
                .backends(backend)
                .start();
        TestConnection client = TestClient.connect(member)) {
      client.send("x");
      backend.next().expect("PROXY UNKNOWN\r\nx");
    }
  }

  @EveryTransport
  void probesAreForNoClient(TransportKind transport) throws Exception {
    for (String version : new String[] {"v1", "v2"}) {
      String expected = version.equals("v1") ? "PROXY UNKNOWN\r\n" : "\r\n\r\n\0\r\nQUIT\n \0\0\0";
      try (TestBackend backend =
              TestBackend.serving(
                  connection -> {
                    connection.expect(expected + "PING");
                    connection.send("PONG");
                    connection.expectEof();
                  });
          TestMember member =
              MemberSetup.on(transport)
                  .pool(
                      "proxyProtocol: " + version,
                      "health: { type: expect, interval: 20ms, end: fin,"
                          + " expect: { send: PING, receive: PONG } }")
                  .backends(backend)
                  .start()) {
        org.awaitility.Awaitility.await().until(() -> backend.accepted() >= 3);
        assertThat(member.backend(0).isHealthy()).isTrue();
      }
    }
  }

  /** Reads a header, and nothing after it. */
  private static HeaderRead.Complete read(TestConnection from) throws IOException {
    ByteBuf bytes = Unpooled.buffer(MOST);
    ProxyHeaderReader reader = new ProxyHeaderReader(MOST);
    HeaderRead read = HeaderRead.INCOMPLETE;
    while (read == HeaderRead.INCOMPLETE) {
      bytes.writeBytes(from.readSome(1));
      read = reader.read(bytes);
    }
    return (HeaderRead.Complete) read;
  }

  private static InetSocketAddress local(TestConnection client) throws IOException {
    return (InetSocketAddress) client.channel().getLocalAddress();
  }
}
