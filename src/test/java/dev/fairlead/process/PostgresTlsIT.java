package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Program;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that psql, which begins TLS with a request of its own, gets TLS that ends at the listener
 * or at the server. Provoked by a server with and without TLS, and psql that verifies it. A failure
 * would look like a client that refuses the server, speaks in clear, or never gets its answer.
 */
@Tag("slow")
class PostgresTlsIT {
  private static final String START_TLS = "startTls: postgres";

  /** Psql says that it leaves, and then does: the server's FIN may come before its own. */
  private static final String[] GOODBYE = {"client-closed", "backend-closed"};

  private static final Pattern MAJOR = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

  @TempDir private Path directory;
  private TlsFixture fixture;

  @BeforeEach
  void certificates() throws IOException {
    Program.assumeInstalled("psql", "postgres", "initdb");
    fixture = new TlsFixture(directory);
  }

  @Test
  void psqlVerifiesAListenerInFrontOfAServerInClear() throws Exception {
    try (PostgresFixture server = PostgresFixture.start(directory);
        FairleadProcess proxy = start(server, fixture.terminate(START_TLS))) {
      Program.Answer answer = psql(proxy, "sslmode=verify-full", inClear());
      assertThat(answer).isEqualTo(new Program.Answer(0, "f\n"));
      JsonObject line = accessLog(proxy, 1).get(0);
      assertThat(line.getString("sni")).isEqualTo("localhost");
      assertThat(line.getString("reason")).isIn((Object[]) GOODBYE);
      assertThat(line.getJsonObject("tls").getString("version")).isEqualTo("TLSv1.3");
      String many = "select sum(length(g::text)) from generate_series(1, 200000) g";
      assertThat(psql(proxy, "sslmode=verify-full", many).output()).isEqualTo("1088895\n");
      Program.Answer misnamed = psql(proxy, "host=misnamed hostaddr=127.0.0.1", many);
      assertThat(misnamed.output()).contains("does not match host name \"misnamed\"");
    }
  }

  @Test
  void psqlShowsTheCertificateThatIsRequired() throws Exception {
    PemFiles client = fixture.client("c.clients.example");
    Files.setPosixFilePermissions(client.key(), PosixFilePermissions.fromString("rw-------"));
    String required = "clientAuth: require, clientCa: '" + fixture.ca + "'";
    try (PostgresFixture server = PostgresFixture.start(directory);
        FairleadProcess proxy = start(server, fixture.terminate(START_TLS, required))) {
      String shown = "sslcert=" + client.certificate() + " sslkey=" + client.key();
      assertThat(psql(proxy, shown, inClear())).isEqualTo(new Program.Answer(0, "f\n"));
      JsonObject tls = accessLog(proxy, 1).get(0).getJsonObject("tls");
      assertThat(tls.getString("clientName")).isEqualTo("c.clients.example");
      assertThat(psql(proxy, "sslcert=/none", inClear()).output()).contains("certificate required");
      assertThat(accessLog(proxy, 2).get(1).getString("reason")).isEqualTo("tls-handshake");
    }
  }

  @Test
  void psqlSpeaksThroughTheListenerToAServerWithTls() throws Exception {
    try (PostgresFixture server = PostgresFixture.withTls(directory, fixture.server);
        FairleadProcess proxy =
            start(
                server,
                "tls: { mode: passthrough, " + START_TLS + " }",
                "routes: [{ sni: [localhost], pool: p }]")) {
      // It binds the password to the server's certificate: nobody in between has another one.
      assertThat(psql(proxy, "sslmode=verify-full channel_binding=require", inClear()))
          .isEqualTo(new Program.Answer(0, "t\n"));
      JsonObject line = accessLog(proxy, 1).get(0);
      assertThat(line.getString("sni")).isEqualTo("localhost");
      assertThat(line.getString("reason")).isIn((Object[]) GOODBYE);
    }
  }

  @Test
  void psqlMayBeginWithTls() throws Exception {
    Matcher version = MAJOR.matcher(Program.run(directory, "psql", "--version").output());
    assumeTrue(
        version.find() && Integer.parseInt(version.group(1)) >= 17,
        "psql knows sslnegotiation=direct since version 17");
    try (PostgresFixture server = PostgresFixture.start(directory);
        FairleadProcess proxy = start(server, fixture.terminate(START_TLS, "alpn: [postgresql]"))) {
      assertThat(psql(proxy, "sslmode=verify-full sslnegotiation=direct", inClear()))
          .isEqualTo(new Program.Answer(0, "f\n"));
    }
  }

  /** Whether the server itself has TLS for this session. */
  private static String inClear() {
    return "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
  }

  private FairleadProcess start(PostgresFixture server, String... listener) throws IOException {
    return fixture.start(
        TlsFixture.listener("web", "p", listener), TlsFixture.pool("p", server.port()));
  }

  private Program.Answer psql(FairleadProcess proxy, String options, String query)
      throws IOException {
    String to =
        "host=localhost hostaddr=127.0.0.1 port=%s user=postgres dbname=postgres password='%s'"
            .formatted(proxy.port("web"), PostgresFixture.PASSWORD);
    String trusting = " sslmode=verify-full sslrootcert=" + fixture.ca + " ";
    return Program.run(directory, "psql", "-X", "-At", "-c", query, to + trusting + options);
  }

  private static List<JsonObject> accessLog(FairleadProcess proxy, int lines) {
    await().until(() -> proxy.outLines().size() >= lines);
    return TlsFixture.accessLog(proxy);
  }
}
