package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Ensured: a client behind another proxy counts as who its PROXY header says it is, in access
 * lists, limits and logs; nothing of the header reaches a backend, and nothing after it is lost.
 * What is no header, or not to be believed, is refused by name.
 *
 * <p>Provoked: headers of both versions, whole, in single bytes, cut, wrong, late and missing.
 *
 * <p>A failure looks like: bytes of a header at the backend, the address of the proxy in a log, a
 * session that waits for ever, or a client that takes another's address without being trusted.
 */
class ProxyHeaderTest {
  private static final String REQUIRED = "proxyProtocol: { mode: required }";
  private static final String OPTIONAL = "proxyProtocol: { mode: optional, timeout: 300ms }";
  private static final String V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 40001 443\r\n";

  /** The same as {@link #V1}. */
  private static final byte[] V2 =
      hex("0d0a0d0a000d0a515549540a" + "2111000c" + "c0000207" + "c6336401" + "9c41" + "01bb");

  private static final byte[] LOCAL = hex("0d0a0d0a000d0a515549540a" + "20000000");

  /** A member each client of which has to send a header. */
  private static MemberSetup required(TransportKind transport) {
    return MemberSetup.on(transport).accessLog().listener(REQUIRED);
  }

  @EveryTransport
  void headerNamesTheClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = required(transport).backends(backend).start()) {
      try (TestConnection client = TestClient.connect(member)) {
        client.send(V1 + "hello");
        client.expect("hello");
        assertThat(member.session().sourceText()).isEqualTo("192.0.2.7:40001");
        assertThat(member.session().peerText()).isEqualTo(peerOf(client));
      }
      JsonObject line = member.accessLog(1).get(0);
      assertThat(line.getString("source")).isEqualTo("192.0.2.7:40001");
      assertThat(line.getString("peer")).startsWith("127.0.0.1:");
      assertThat(line.getLong("bytesFromClient")).isEqualTo(5);
      assertThat(headers(member, "accepted")).isEqualTo(1);
    }
  }

  @EveryTransport
  void headerMayArriveInSingleBytes(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = required(transport).backends(backend).start()) {
      for (byte[] header : new byte[][] {V1.getBytes(StandardCharsets.US_ASCII), V2}) {
        try (TestConnection client = TestClient.connect(member)) {
          for (byte each : header) {
            client.send(new byte[] {each});
          }
          client.send("hello");
          client.expect("hello");
          assertThat(member.session().sourceText()).isEqualTo("192.0.2.7:40001");
        }
        member.awaitSessions(0);
      }
    }
  }

  @EveryTransport
  void localHeaderLeavesThePeersAddress(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = required(transport).backends(backend).start()) {
      try (TestConnection client = TestClient.connect(member)) {
        client.send(LOCAL);
        client.send("x");
        client.expect("x");
        assertThat(member.session().sourceText()).isEqualTo(peerOf(client));
      }
      assertThat(member.accessLog(1).get(0).containsKey("peer")).isFalse();
    }
  }

  @EveryTransport
  void clientWithoutTheHeaderItHasToSendIsRefused(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = required(transport).backends(backend).start()) {
      refused(member, "GET / HTTP/1.1\r\n\r\n");
      refused(member, "PROXY TCP4 192.0.2.7 198.51.100.1 40001 66000\r\n");
      JsonObject line = member.accessLog(2).get(0);
      assertThat(line.getString("reason")).isEqualTo("proxy-header");
      assertThat(line.getString("phase")).isEqualTo("header");
      assertThat(line.getString("pool")).isNull();
      assertThat(headers(member, "missing")).isEqualTo(1);
      assertThat(headers(member, "malformed")).isEqualTo(1);
      assertThat(member.refused("proxy-header")).isEqualTo(2);
      assertThat(backend.accepted()).isZero();
    }
  }

  @EveryTransport
  void headerThatIsCutOrLateIsRefused(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .listener("proxyProtocol: { mode: required, timeout: 300ms }")
                .backends(backend)
                .start()) {
      try (TestConnection cut = TestClient.connect(member)) {
        cut.send(V1.substring(0, 20));
        cut.finish();
        cut.expectEnd();
      }
      refused(member, V1.substring(0, 20));
      assertThat(member.accessLog(2))
          .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("proxy-header"));
      assertThat(headers(member, "closed")).isEqualTo(1);
      assertThat(headers(member, "timeout")).isEqualTo(1);
      assertThat(backend.accepted()).isZero();
    }
  }

  @EveryTransport
  void clientThatLeavesWithoutAByteIsNotLogged(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = required(transport).backends(backend).start()) {
      TestClient.connect(member).close();
      await().untilAsserted(() -> assertThat(closed(member, "client-closed")).isEqualTo(1));
      try (TestConnection client = TestClient.connect(member)) {
        client.send(V1 + "x");
        client.expect("x");
      }
      assertThat(member.accessLog(1)).hasSize(1);
    }
  }

  @EveryTransport
  void optionalHeaderMayBeMissing(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).listener(OPTIONAL).backends(backend).start();
        TestConnection plain = TestClient.connect(member);
        TestConnection named = TestClient.connect(member)) {
      plain.send("PRO");
      plain.send("BE");
      plain.expect("PROBE");
      named.send(V2);
      named.send("x");
      named.expect("x");
      assertThat(member.sessions())
          .extracting(session -> session.sourceText())
          .containsExactlyInAnyOrder(peerOf(plain), "192.0.2.7:40001");
      assertThat(headers(member, "none")).isEqualTo(1);
    }
  }

  @EveryTransport
  void backendMaySpeakFirstWhereTheHeaderIsOptional(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.saying("220 ready");
        TestMember member =
            MemberSetup.on(transport).listener(OPTIONAL).backends(backend).start()) {
      assertThat(TestClient.ask(member)).isEqualTo("220 ready");
    }
  }

  @EveryTransport
  void onlyTrustedPeersMayNameAClient(TransportKind transport) throws Exception {
    String trusted = ", trusted: [127.0.0.2/32] }";
    try (TestBackend backend = TestBackend.echo();
        TestMember required =
            MemberSetup.on(transport)
                .listener("proxyProtocol: { mode: required" + trusted)
                .backends(backend)
                .start();
        TestMember optional =
            MemberSetup.on(transport)
                .listener("proxyProtocol: { mode: optional" + trusted)
                .backends(backend)
                .start()) {
      try (TestConnection client = TestClient.connectFrom("127.0.0.2", required)) {
        client.send(V1 + "x");
        client.expect("x");
      }
      assertThat(backend.accepted()).isEqualTo(1);
      refused(required, V1);
      assertThat(headers(required, "untrusted")).isEqualTo(1);
      try (TestConnection client = TestClient.connect(optional)) {
        client.send(V1);
        client.expect(V1);
        assertThat(optional.session().sourceText()).isEqualTo(peerOf(client));
      }
    }
  }

  @EveryTransport
  void accessListAndLimitsAreThoseOfTheNamedClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            required(transport)
                .listener("deny: [192.0.2.9/32]", "limits: { connectionsPerSource: 1 }")
                .backends(backend)
                .start();
        TestConnection first = TestClient.connect(member);
        TestConnection other = TestClient.connect(member)) {
      first.send(V1 + "x");
      first.expect("x");
      refused(member, V1);
      assertThat(member.refused("limit-source")).isEqualTo(1);
      other.send(V1.replace("192.0.2.7", "192.0.2.8") + "x");
      other.expect("x");
      refused(member, V1.replace("192.0.2.7", "192.0.2.9"));
      assertThat(member.refused("denied")).isEqualTo(1);
      first.finish();
      other.finish();
      member.awaitSessions(0);
      try (TestConnection again = TestClient.connect(member)) {
        again.send(V1 + "x");
        again.expect("x");
      }
    }
  }

  @EveryTransport
  void clientWaitsInTheQueueAfterItsHeader(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            required(transport)
                .listener("limits: { connections: 1, queue: { size: 1 } }")
                .backends(backend)
                .start();
        TestConnection first = TestClient.connect(member);
        TestConnection second = TestClient.connect(member)) {
      first.send(V1 + "x");
      first.expect("x");
      second.send(V1 + "y");
      await().until(() -> member.sessions().stream().anyMatch(s -> "queue".equals(phase(s))));
      first.finish();
      second.expect("y");
    }
  }

  @EveryTransport
  void clientsWhoseHeaderHasNotComeAreLimitedToo(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            required(transport).listener("limits: { connections: 2 }").backends(backend).start();
        TestConnection first = TestClient.connect(member);
        TestConnection leaving = TestClient.connect(member)) {
      await().until(() -> member.sessions().size() == 2);
      refused(member, V1);
      assertThat(member.refused("limit-connections")).isEqualTo(1);
      leaving.finish();
      member.awaitSessions(1);
      first.send(V1 + "x");
      first.expect("x");
      // Only those that wait for a header hold these permits, and give them back.
      for (int i = 0; i < 5; i++) {
        try (TestConnection next = TestClient.connect(member)) {
          next.send(V1 + "y");
          next.expect("y");
        }
        member.awaitSessions(1);
      }
    }
  }

  @EveryTransport
  void asManyMayWaitForTheirHeaderAsFindRoomAfterIt(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            required(transport)
                .listener("limits: { connections: 1, queue: { size: 1 } }")
                .backends(backend)
                .start();
        TestConnection first = TestClient.connect(member);
        TestConnection second = TestClient.connect(member)) {
      await().until(() -> member.sessions().size() == 2);
      refused(member, V1);
      assertThat(member.refused("queue-full")).isEqualTo(1);
      first.send(V1 + "x");
      first.expect("x");
      second.send(V1 + "y");
      first.finish();
      second.expect("y");
    }
  }

  @EveryTransport
  void longHeaderIsReadWholeUpToItsLimit(TransportKind transport) throws Exception {
    int most = 60_000;
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("proxyProtocol: { mode: required, maxTlvBytes: " + most + "B }")
                .backends(backend)
                .start()) {
      try (TestConnection client = TestClient.connect(member)) {
        client.send(withTlv(most - 3));
        client.send("hello");
        client.expect("hello");
      }
      try (TestConnection client = TestClient.connect(member)) {
        client.send(withTlv(most - 2));
        client.expectEnd();
      }
      assertThat(headers(member, "malformed")).isEqualTo(1);
    }
  }

  /** A header with one extension of so many bytes. */
  private static byte[] withTlv(int length) {
    byte[] header = new byte[V2.length + 3 + length];
    System.arraycopy(V2, 0, header, 0, V2.length);
    int rest = header.length - 16;
    header[14] = (byte) (rest >> 8);
    header[15] = (byte) rest;
    header[V2.length] = (byte) 0xea;
    header[V2.length + 1] = (byte) (length >> 8);
    header[V2.length + 2] = (byte) length;
    return header;
  }

  private static void refused(TestMember member, String sent) throws IOException {
    try (TestConnection client = TestClient.connect(member)) {
      client.send(sent);
      client.expectEnd();
    }
  }

  private static String phase(SessionRecord session) {
    return session.phase().label();
  }

  private static String peerOf(TestConnection client) throws IOException {
    InetSocketAddress local = (InetSocketAddress) client.channel().getLocalAddress();
    return local.getAddress().getHostAddress() + ":" + local.getPort();
  }

  private static double headers(TestMember member, String result) throws Exception {
    return member.metric(
        "fairlead_proxy_headers_total{listener=\"web\",result=\"" + result + "\"}");
  }

  private static double closed(TestMember member, String reason) throws Exception {
    return member.metric("fairlead_session_closed_total{reason=\"" + reason + "\"}");
  }

  private static byte[] hex(String digits) {
    return ByteBufUtil.decodeHexDump(digits);
  }
}
