package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Program;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that the TLS clients that people use get through a listener that terminates TLS to a
 * server in clear. Provoked by openssl, curl, redis-cli and mosquitto's clients, which verify the
 * server. A failure would look like a client that refuses the server, another certificate, a
 * session that is not resumed, or a client that is let in without its certificate.
 */
@Tag("slow")
class TlsClientsIT {
  private static final String[] NAMED = {
    "-servername", TlsFixture.NAME, "-verify_hostname", TlsFixture.NAME, "-verify_return_error"
  };

  @TempDir private Path directory;
  private TlsFixture fixture;

  @BeforeEach
  void certificates() throws IOException {
    Program.assumeInstalled("openssl");
    fixture = new TlsFixture(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void opensslVerifiesTheServerAndResumesItsSession(String version) throws Exception {
    Path session = directory.resolve("session");
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = pingProxy(backend)) {
      int port = proxy.port("web");
      Program.Answer first = ping(port, version, "-sess_out", session.toString());
      assertThat(first.output()).contains("PONG", "Verify return code: 0 (ok)", "New, TLSv1.");
      Program.Answer second = ping(port, version, "-sess_in", session.toString());
      assertThat(second.output()).contains("PONG", "Reused, TLSv1.");
      List<JsonObject> lines = accessLog(proxy, 2);
      assertThat(lines.get(0).getString("sni")).isEqualTo(TlsFixture.NAME);
      assertThat(lines).allMatch(line -> line.getString("reason").equals("client-closed"));
      assertThat(lines.get(0).getJsonObject("tls").getBoolean("resumed")).isNotEqualTo(true);
      assertThat(lines.get(1).getJsonObject("tls").getBoolean("resumed")).isTrue();
    }
  }

  @Test
  void opensslRefusesTheDefaultCertificateForAnotherName() throws Exception {
    String other = "other.example";
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = pingProxy(backend)) {
      Program.Answer refused =
          openssl(proxy, "-servername", other, "-verify_hostname", other, "-verify_return_error");
      assertThat(refused.exitCode()).isNotZero();
      assertThat(refused.output()).contains("hostname mismatch");
      JsonObject line = accessLog(proxy, 1).get(0);
      assertThat(line.getString("sni")).isEqualTo(other);
      assertThat(line.getString("reason")).isEqualTo("tls-handshake");
    }
  }

  @Test
  void opensslOfAnOldVersionIsRefused() throws Exception {
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = pingProxy(backend, "minVersion: TLSv1.3")) {
      Program.Answer refused = openssl(proxy, "-tls1_2");
      assertThat(refused.exitCode()).isNotZero();
      assertThat(refused.output()).contains("alert protocol version");
      assertThat(accessLog(proxy, 1).get(0).getString("reason")).isEqualTo("tls-handshake");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void opensslNeedsTheCertificateThatIsRequired(String version) throws Exception {
    PemFiles client = fixture.client("c.clients.example");
    String required = "clientAuth: require, clientCa: '" + fixture.ca + "'";
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = pingProxy(backend, required)) {
      int port = proxy.port("web");
      String certificate = client.certificate().toString();
      String key = client.key().toString();
      assertThat(ping(port, version, "-cert", certificate, "-key", key).output()).contains("PONG");
      JsonObject tls = accessLog(proxy, 1).get(0).getJsonObject("tls");
      assertThat(tls.getString("clientName")).isEqualTo("c.clients.example");
      // With -ign_eof it reads on after its stdin: in TLS 1.3 the alert follows its handshake.
      Program.Answer refused = openssl(proxy, version, "-ign_eof");
      assertThat(refused.output()).contains("alert");
      assertThat(accessLog(proxy, 2).get(1).getString("reason")).isEqualTo("tls-handshake");
    }
  }

  @Test
  void curlGetsTheProtocolThatItsRouteHas() throws Exception {
    Program.assumeInstalled("curl", "nginx");
    int plain = FreePorts.next();
    int http2 = FreePorts.next();
    String document =
        TlsFixture.document(
            List.of(
                TlsFixture.listener(
                    "web",
                    "plain",
                    "routes: [{ alpn: [h2], pool: http2 }]",
                    fixture.terminate("alpn: [h2, http/1.1]"))),
            List.of(TlsFixture.pool("plain", plain), TlsFixture.pool("http2", http2)));
    try (Nginx nginx =
            Nginx.http(
                directory,
                Nginx.answering("127.0.0.1:" + plain, "$server_protocol"),
                Nginx.answering("127.0.0.1:" + http2 + " http2", "$server_protocol"));
        FairleadProcess proxy = fixture.start(document)) {
      nginx.awaitListening(plain);
      int port = proxy.port("web");
      assertThat(curl(port, TlsFixture.NAME, "--http2").output()).isEqualTo("HTTP/2.0");
      assertThat(curl(port, TlsFixture.NAME, "--http1.1").output()).isEqualTo("HTTP/1.1");
      assertThat(curl(port, TlsFixture.NAME, "--no-alpn").output()).isEqualTo("HTTP/1.1");
      assertThat(accessLog(proxy, 3))
          .extracting(line -> line.getJsonObject("tls").getString("alpn"))
          .containsExactlyInAnyOrder("h2", "http/1.1", null);
      assertThat(curl(port, "other.example", "--http1.1").exitCode()).isEqualTo(60);
    }
  }

  private Program.Answer curl(int port, String name, String option) throws IOException {
    return Program.run(
        directory,
        "curl",
        "-sS",
        option,
        "--cacert",
        fixture.ca.toString(),
        "--resolve",
        name + ":" + port + ":127.0.0.1",
        "https://" + name + ":" + port + "/");
  }

  @Test
  void redisClientsSpeakToARedisInClear() throws Exception {
    Program.assumeInstalled("redis-server", "redis-cli", "redis-benchmark");
    int port = FreePorts.next();
    String large = "x".repeat(300_000);
    Path value = Files.writeString(directory.resolve("value"), large);
    try (Program server =
            Program.start(
                directory,
                "redis-server",
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--save",
                "");
        FairleadProcess proxy = fixture.start(web(), TlsFixture.pool("p", port))) {
      server.awaitListening(port);
      String to = "--tls --cacert " + fixture.ca + " -p " + proxy.port("web");
      String script = "redis-cli --sni one.example " + to + " -x set k < " + value;
      assertThat(shell(script).output()).isEqualTo("OK\n");
      assertThat(shell("redis-cli " + to + " get k").output()).isEqualTo(large + "\n");
      Program.Answer load = shell("redis-benchmark " + to + " -q -t set,get -n 2000 -c 20");
      assertThat(load.exitCode()).as(load.output()).isZero();
      assertThat(load.output()).contains("SET: ", "GET: ");
    }
  }

  @Test
  void mosquittoClientsSpeakToABrokerInClear() throws Exception {
    Program.assumeInstalled("mosquitto", "mosquitto_pub", "mosquitto_sub");
    int port = FreePorts.next();
    Path config =
        Files.writeString(
            directory.resolve("mosquitto.conf"),
            "listener " + port + " 127.0.0.1\nallow_anonymous true\n");
    try (Program broker = Program.start(directory, "mosquitto", "-c", config.toString());
        FairleadProcess proxy = fixture.start(web(), TlsFixture.pool("p", port))) {
      broker.awaitListening(port);
      String to = "-h localhost -p " + proxy.port("web") + " --cafile " + fixture.ca + " -t topic";
      // It is kept for those who subscribe later.
      assertThat(shell("mosquitto_pub " + to + " -r -m first").exitCode()).isZero();
      try (Program subscriber =
          Program.start(directory, "sh", "-c", "exec mosquitto_sub " + to + " -C 2")) {
        subscriber.awaitOutput("first");
        assertThat(shell("mosquitto_pub " + to + " -m second").exitCode()).isZero();
        assertThat(subscriber.finish()).isEqualTo(new Program.Answer(0, "first\nsecond\n"));
      }
    }
  }

  private Program.Answer shell(String command) throws IOException {
    return Program.run(directory, "sh", "-c", command);
  }

  private String web(String... tls) {
    return TlsFixture.listener("web", "p", fixture.terminate(tls));
  }

  private FairleadProcess pingProxy(PingBackend backend, String... tls) throws IOException {
    return fixture.start(web(tls), TlsFixture.pool("p", backend.port()));
  }

  private Program.Answer ping(int port, String... options) throws IOException {
    return fixture.ping(port, concat(NAMED, options));
  }

  /** A client that ends by itself. */
  private Program.Answer openssl(FairleadProcess proxy, String... options) throws IOException {
    String[] to = {"openssl", "s_client", "-connect", "127.0.0.1:" + proxy.port("web")};
    String[] trusted = {"-CAfile", fixture.ca.toString()};
    return Program.run(directory, concat(concat(to, trusted), options));
  }

  private static String[] concat(String[] first, String[] then) {
    String[] all = Arrays.copyOf(first, first.length + then.length);
    System.arraycopy(then, 0, all, first.length, then.length);
    return all;
  }

  private static List<JsonObject> accessLog(FairleadProcess proxy, int lines) {
    await().until(() -> proxy.outLines().size() >= lines);
    return TlsFixture.accessLog(proxy);
  }
}
