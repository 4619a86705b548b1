package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Program;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that the client's address passes from HAProxy and nginx to a member, and from a member to
 * them. Provoked by each of them in front of a member, behind one and both, with the kinds of
 * headers they know. A failure would look like the address of a proxy where the client's belongs, a
 * header that is refused, or a health check that fails.
 */
@Tag("slow")
class ProxyHeaderPeersIT {
  /** The client's address, which is not that of a proxy. */
  private static final String CLIENT = "127.0.0.2";

  private static final byte[] CLIENT_BYTES = {127, 0, 0, 2};

  private static final String REQUIRED = "proxyProtocol: { mode: required }";
  private static final String GET = "GET / HTTP/1.0\r\n\r\n";

  @TempDir private Path directory;
  private TlsFixture fixture;
  private final int front = FreePorts.next();
  private final int back = FreePorts.next();

  @BeforeEach
  void files() throws IOException {
    fixture = new TlsFixture(directory);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "send-proxy",
        "send-proxy-v2",
        "send-proxy-v2-ssl",
        "send-proxy-v2-ssl-cn",
        "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority,ssl,cert-cn"
      })
  void haproxyNamesTheClientAndItsChecksPass(String header) throws Exception {
    Haproxy.assumeInstalled();
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = start(backend.port(), REQUIRED);
        Haproxy haproxy = haproxyTo(proxy, "front", "bind 127.0.0.1:" + front, header)) {
      haproxy.awaitListening(front);
      await().until(() -> haproxy.check("front", "member").equals("L7OK"));
      String client = exchange(front, "PING", "PONG");
      assertNamed(proxy, client);
      assertThat(haproxy.check("front", "member")).isEqualTo("L7OK");
    }
  }

  /** Its header tells of the certificate that the client has shown to it. */
  @Test
  void haproxyNamesTheClientWhoseTlsItEnds() throws Exception {
    Haproxy.assumeInstalled();
    Program.assumeInstalled("openssl");
    Path pem = Files.writeString(directory.resolve("both.pem"), fixture.certificate().pem());
    String bind =
        "bind 127.0.0.1:%s ssl crt %s ca-file %s verify required".formatted(front, pem, fixture.ca);
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = start(backend.port(), REQUIRED);
        Haproxy haproxy = haproxyTo(proxy, "front", bind, "send-proxy-v2-ssl-cn")) {
      haproxy.awaitListening(front);
      String certificate = fixture.client("c.example").certificate().toString();
      String key = directory.resolve("c.example.key").toString();
      String[] options = {"-bind", CLIENT + ":0", "-cert", certificate, "-key", key};
      assertThat(fixture.ping(front, options).output()).contains("PONG");
      await().until(() -> named(proxy, CLIENT + ":") == 1);
    }
  }

  /** A listen section that sends headers, whose checks speak with the backend of the member. */
  private Haproxy haproxyTo(FairleadProcess proxy, String name, String bind, String header)
      throws IOException {
    return Haproxy.start(
        directory,
        """
        listen %s
          mode tcp
          %s
          unique-id-format %%ci-%%cp
          option tcp-check
          tcp-check send PING
          tcp-check expect string PONG
          server member 127.0.0.1:%s %s check inter 200ms check-send-proxy
        """
            .formatted(name, bind, proxy.port("web"), header));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2", "{ version: v2, crc32c: true, uniqueId: true }"})
  void haproxyBehindAMemberKnowsTheClient(String version) throws Exception {
    Haproxy.assumeInstalled();
    try (Haproxy haproxy = Haproxy.start(directory, accepting());
        FairleadProcess proxy = start(back, "allow: []", "proxyProtocol: " + version)) {
      haproxy.awaitListening(back);
      String answer = ask(proxy.port("web"));
      String id = version.contains("uniqueId") ? lastSession(proxy) : "";
      assertThat(answer).endsWith("\r\n\r\n" + CLIENT + " id=" + id);
    }
  }

  /** A frontend that demands a header and answers with what it says. */
  private String accepting() {
    return """
    frontend back
      mode http
      bind 127.0.0.1:%s accept-proxy
      http-request return status 200 content-type text/plain lf-string "%%[src] id=%%[fc_pp_unique_id]"
    """
        .formatted(back);
  }

  @Test
  void nginxNamesTheClient() throws Exception {
    Program.assumeInstalled("nginx");
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = start(backend.port(), REQUIRED);
        Nginx nginx = nginxTo(proxy)) {
      nginx.awaitListening(front);
      assertNamed(proxy, exchange(front, "PING", "PONG"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void nginxBehindAMemberKnowsTheClient(String version) throws Exception {
    Program.assumeInstalled("nginx");
    try (Nginx nginx = nginxAccepting();
        FairleadProcess proxy = start(back, "allow: []", "proxyProtocol: " + version)) {
      nginx.awaitListening(back);
      assertThat(ask(proxy.port("web"))).endsWith("\r\n\r\n" + CLIENT);
    }
  }

  @Test
  void theClientIsKnownBehindThreeProxies() throws Exception {
    Program.assumeInstalled("nginx");
    Haproxy.assumeInstalled();
    try (Nginx behind = nginxAccepting();
        FairleadProcess proxy = start(back, REQUIRED, "proxyProtocol: v2");
        Nginx first = nginxTo(proxy)) {
      behind.awaitListening(back);
      first.awaitListening(front);
      assertThat(ask(front)).endsWith("\r\n\r\n" + CLIENT);
    }
    try (Haproxy behind = Haproxy.start(directory, accepting());
        FairleadProcess proxy = start(back, REQUIRED, "proxyProtocol: v2");
        Nginx first = nginxTo(proxy)) {
      behind.awaitListening(back);
      first.awaitListening(front);
      assertThat(ask(front)).endsWith("\r\n\r\n" + CLIENT + " id=");
    }
  }

  private Nginx nginxTo(FairleadProcess proxy) throws IOException {
    String relaying = Nginx.relaying("127.0.0.1:" + front, proxy.port("web"), "proxy_protocol on;");
    return Nginx.stream(directory, relaying);
  }

  private Nginx nginxAccepting() throws IOException {
    String listen = "127.0.0.1:" + back + " proxy_protocol";
    return Nginx.http(directory, Nginx.answering(listen, "$proxy_protocol_addr"));
  }

  private FairleadProcess start(int backend, String listener, String... pool) throws IOException {
    return fixture.start(
        TlsFixture.listener("web", "p", listener), TlsFixture.pool("p", backend, pool));
  }

  /** Sends from {@link #CLIENT}, reads as much as that; returns the client's address and port. */
  private static String exchange(int port, String question, String answer) throws IOException {
    try (Socket client = connect(port)) {
      client.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
      byte[] read = client.getInputStream().readNBytes(answer.length());
      assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo(answer);
      return CLIENT + ":" + client.getLocalPort();
    }
  }

  /** The whole answer to a request from {@link #CLIENT}. */
  private static String ask(int port) throws IOException {
    try (Socket client = connect(port)) {
      client.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(
        InetAddress.getLoopbackAddress(), port, InetAddress.getByAddress(CLIENT_BYTES), 0);
  }

  /** The only session of {@code client} is in the log as its own, and nobody was refused. */
  private static void assertNamed(FairleadProcess proxy, String client) {
    await().until(() -> named(proxy, client) == 1);
    assertThat(TlsFixture.accessLog(proxy))
        .noneMatch(line -> line.getString("reason").equals("proxy-header"));
  }

  /** Sessions that came through 127.0.0.1 from an address that begins like this. */
  private static long named(FairleadProcess proxy, String client) {
    return TlsFixture.accessLog(proxy).stream()
        .filter(line -> line.getString("source").startsWith(client))
        .filter(line -> line.getString("peer", "").startsWith("127.0.0.1:"))
        .count();
  }

  private static String lastSession(FairleadProcess proxy) {
    await().until(() -> !proxy.outLines().isEmpty());
    JsonObject line = TlsFixture.accessLog(proxy).get(proxy.outLines().size() - 1);
    return line.getString("session");
  }
}
