package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that clients in clear reach servers with TLS that have proved their name, and no others.
 * Provoked by openssl, nginx and redis as backends, one of them with certificates of its clients,
 * authorities that did not sign, and health checks over TLS. A failure would look like a server
 * that is taken for another, a healthy one that is down, or a handshake that is refused.
 */
@Tag("slow")
class BackendTlsIT {
  private static final String FAST = "interval: 200ms, timeout: 2s, rise: 1, fall: 1";

  @TempDir private Path directory;
  private TlsFixture fixture;
  private final int port = FreePorts.next();

  @BeforeEach
  void certificates() throws IOException {
    fixture = new TlsFixture(directory);
  }

  @Test
  void serverOfOpensslIsVerifiedInBothVersions() throws Exception {
    for (String version : new String[] {"2", "3"}) {
      try (Program server = openssl("-tls1_" + version);
          FairleadProcess proxy = start(trusting(fixture.ca))) {
        server.awaitListening(port);
        try (TestConnection client = connect(proxy)) {
          client.send("turn me\n");
          client.expect("em nrut\n");
        }
        assertThat(accessLog(proxy, 1).getString("reason")).isEqualTo("client-closed");
        assertThat(server.output()).contains("Protocol version: TLSv1." + version);
      }
    }
  }

  /** Turns each line around. */
  private Program openssl(String version) throws IOException {
    Program.assumeInstalled("openssl");
    String certificate = fixture.server.certificate().toString();
    String[] command = {
      "openssl",
      "s_server",
      "-accept",
      "127.0.0.1:" + port,
      "-rev",
      version,
      "-cert",
      certificate,
      "-key",
      fixture.server.key().toString()
    };
    return Program.start(directory, command);
  }

  @Test
  void serverOfAnotherAuthorityGetsNoByte() throws Exception {
    Path other = Files.writeString(directory.resolve("other.pem"), TestCa.root("Other CA").pem());
    try (Nginx server = nginx();
        FairleadProcess proxy =
            start(trusting(other), "replies: { connectFailed: 'failed: {cause}' }")) {
      server.awaitListening(port);
      assertThat(answer(proxy, "GET / HTTP/1.0\r\n\r\n")).startsWith("failed: ");
      assertThat(accessLog(proxy, 1).getString("reason")).isEqualTo("connect-failed");
      assertThat(accessLog(proxy, 1).getString("phase")).isEqualTo("connect");
    }
  }

  @Test
  void serverOfAnotherNameGetsNoByte() throws Exception {
    try (Nginx server = nginx();
        FairleadProcess proxy =
            start("tls: { ca: '" + fixture.ca + "', serverName: two.example }")) {
      server.awaitListening(port);
      assertThat(answer(proxy, "GET / HTTP/1.0\r\n\r\n")).doesNotContain("HTTP/1.1 200");
      assertThat(accessLog(proxy, 1).getString("reason")).isEqualTo("connect-failed");
    }
  }

  @Test
  void healthChecksSpeakTls() throws Exception {
    for (String type : new String[] {"type: tls", "type: http, http: { path: /, status: '200' }"}) {
      try (Nginx server = nginx();
          FairleadProcess proxy =
              start(trusting(fixture.ca), "health: { " + type + ", " + FAST + " }")) {
        server.awaitListening(port);
        awaitHealthy(proxy, true);
        assertThat(answer(proxy, "GET / HTTP/1.0\r\n\r\n")).endsWith("one.example on");
        server.stop();
        awaitHealthy(proxy, false);
      }
    }
  }

  @Test
  void serverThatCanNotProveItsNameIsDown() throws Exception {
    Path other = Files.writeString(directory.resolve("other.pem"), TestCa.root("Other CA").pem());
    for (String type : new String[] {"type: tls", "type: http"}) {
      try (Nginx server = nginx();
          FairleadProcess proxy =
              start(trusting(other), "health: { " + type + ", " + FAST + " }")) {
        server.awaitListening(port);
        awaitHealthy(proxy, false);
        assertThat(answer(proxy, "GET / HTTP/1.0\r\n\r\n")).doesNotContain("200");
        assertThat(accessLog(proxy, 1).getString("reason")).isEqualTo("no-backend");
      }
    }
  }

  /** Answers with the name it was asked for, and whether it was by TLS. */
  private Nginx nginx() throws IOException {
    Program.assumeInstalled("nginx");
    return Nginx.http(
        directory,
        Nginx.answering(
            "127.0.0.1:" + port + " ssl",
            "$ssl_server_name $https",
            "ssl_certificate " + fixture.server.certificate() + ";",
            "ssl_certificate_key " + fixture.server.key() + ";"));
  }

  @Test
  void redisGetsTheCertificateThatItRequires() throws Exception {
    PemFiles own = fixture.client("fairlead");
    String shown =
        "tls: { ca: '%s', serverName: one.example, certificate: '%s', key: '%s' }"
            .formatted(fixture.ca, own.certificate(), own.key());
    String health = "health: { type: expect, " + FAST + ", expect: { send: \"PING\\r\\n\"";
    try (Program server = redis();
        FairleadProcess proxy = start(shown, health + ", receive: \"+PONG\" } }")) {
      server.awaitListening(port);
      awaitHealthy(proxy, true);
      assertThat(answer(proxy, "SET k v\r\nGET k\r\nQUIT\r\n"))
          .isEqualTo("+OK\r\n$1\r\nv\r\n+OK\r\n");
    }
    try (Program server = redis();
        FairleadProcess proxy = start(trusting(fixture.ca))) {
      server.awaitListening(port);
      // In TLS 1.3 a server refuses a client after the client's handshake is complete.
      assertThat(answer(proxy, "GET k\r\n")).isEmpty();
      assertThat(accessLog(proxy, 1).getString("reason"))
          .isIn("connect-failed", "backend-closed", "backend-reset");
    }
  }

  private Program redis() throws IOException {
    Program.assumeInstalled("redis-server");
    String command =
        "exec redis-server --bind 127.0.0.1 --port 0 --save '' --tls-port %s --tls-cert-file %s"
            + " --tls-key-file %s --tls-ca-cert-file %s --tls-auth-clients yes";
    PemFiles pem = fixture.server;
    return Program.start(
        directory, "sh", "-c", command.formatted(port, pem.certificate(), pem.key(), fixture.ca));
  }

  private static String trusting(Path authority) {
    return "tls: { ca: '" + authority + "', serverName: " + TlsFixture.NAME + " }";
  }

  private FairleadProcess start(String... pool) throws IOException {
    return fixture.start(TlsFixture.listener("web", "p"), TlsFixture.pool("p", port, pool));
  }

  private static void awaitHealthy(FairleadProcess proxy, boolean healthy) {
    await()
        .until(
            () -> {
              JsonObject pool = proxy.list("pools").get(0);
              return pool.getJsonArray("backends").getJsonObject(0).getBoolean("healthy")
                  == healthy;
            });
  }

  /** What comes back for {@code question} until the end; empty = nothing. */
  private static String answer(FairleadProcess proxy, String question) throws IOException {
    try (TestConnection client = connect(proxy)) {
      client.send(question);
      return client.readText();
    } catch (SocketException reset) {
      return "";
    }
  }

  private static TestConnection connect(FairleadProcess proxy) throws IOException {
    return TestClient.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port("web")));
  }

  private static JsonObject accessLog(FairleadProcess proxy, int lines) {
    await().until(() -> proxy.outLines().size() >= lines);
    return TlsFixture.accessLog(proxy).get(lines - 1);
  }
}
