package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.config.NodeConfig.Admin.AdminTls;
import dev.fairlead.net.tls.HttpsContext;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that an admin listener with an authority for clients lets in whom it has signed, and
 * nobody else, and that its files may change while it runs. Provoked with the commands and
 * certificates of two authorities. A failure would look like a command that gets an answer without
 * a certificate, or a refusal that does not say what is missing.
 */
class AdminTlsTest {
  private static final TestCa SERVERS = TestCa.root("Servers");
  private static final TestCa CLIENTS = TestCa.root("Clients");
  private static final TestCa STRANGERS = TestCa.root("Strangers");

  @TempDir private Path directory;
  private PemFiles server;
  private Path trusted;
  private Path clientCa;

  @BeforeEach
  void write() throws IOException {
    server = SERVERS.issue("localhost", "dns:localhost").write(directory, "server");
    trusted = Files.writeString(directory.resolve("servers.pem"), SERVERS.pem());
    clientCa = Files.writeString(directory.resolve("clients.pem"), CLIENTS.pem());
  }

  private AdminServer start(Path authorities) {
    AdminTls tls = new AdminTls(server.certificate(), server.key(), authorities);
    return new AdminServer(null, tls, HttpClient.newHttpClient());
  }

  private CommandLineRun run(AdminServer server, Object... options) {
    String[] all = new String[options.length + 3];
    all[0] = "members";
    all[1] = "--ca";
    all[2] = trusted.toString();
    for (int i = 0; i < options.length; i++) {
      all[i + 3] = options[i].toString();
    }
    return CommandLineRun.of(server, all);
  }

  @Test
  void certificateOfTheAuthorityLetsTheCommandIn() throws IOException {
    PemFiles client = CLIENTS.issue("ann").write(directory, "ann");
    Path both = Files.writeString(directory.resolve("both.pem"), CLIENTS.issue("bob").pem());
    TestCa team = CLIENTS.intermediate("Team");
    Path below = Files.writeString(directory.resolve("team.pem"), team.issue("cyd").pem());
    try (AdminServer admin = start(clientCa)) {
      assertThat(run(admin, "--cert", client.certificate(), "--key", client.key()).exitCode())
          .isZero();
      assertThat(run(admin, "--cert", both).exitCode()).isZero();
      assertThat(run(admin, "--cert", below).exitCode()).isZero();
    }
  }

  @Test
  void commandWithoutItIsToldWhatIsMissing() throws IOException {
    Path stranger = Files.writeString(directory.resolve("eve.pem"), STRANGERS.issue("eve").pem());
    try (AdminServer admin = start(clientCa)) {
      for (CommandLineRun refused : List.of(run(admin), run(admin, "--cert", stranger))) {
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.errLines())
            .singleElement()
            .asString()
            .startsWith("cannot reach " + admin.url() + ": ")
            .contains(
                " (expected: --cert with a certificate that the member's node.admin.tls.clientCa"
                    + " has signed");
      }
    }
  }

  /** What a client of TLS 1.3 may see of a refusal, depending on when it comes. */
  @Test
  void connectionThatOnlyEndsMayMeanIt() throws Exception {
    try (Background background = new Background();
        ServerSocket closing =
            server.serverContext().getServerSocketFactory().createServerSocket(0)) {
      background.start(
          () -> {
            while (true) { // the JDK's client tries again
              try (Socket client = closing.accept()) {
                client.getInputStream().read();
              }
            }
          });
      String url = "https://localhost:" + closing.getLocalPort();
      CommandLineRun ended =
          CommandLineRun.of("members", "--ca", trusted.toString(), "--admin", url);
      assertThat(ended.errLines())
          .singleElement()
          .asString()
          .startsWith("cannot reach " + url + ": ")
          .contains("clientCa has signed, if the member demands one)");
    }
  }

  @Test
  void everyPathDemandsIt() throws Exception {
    HttpClient client =
        HttpClient.newBuilder().sslContext(HttpsContext.of(trusted, null, null)).build();
    try (AdminServer admin = start(clientCa)) {
      for (String path : List.of("/livez", "/metrics", "/")) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(admin.url() + path)).build();
        assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.discarding()))
            .as(path)
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void filesThatCannotBeUsedAreOneLine() throws IOException {
    PemFiles client = CLIENTS.issue("ann").write(directory, "ann");
    Path missing = directory.resolve("missing");
    assertThat(usage("--cert", missing).err())
        .isEqualTo("--cert: " + missing + " (expected: a file that can be read)\n");
    assertThat(usage("--cert", client.certificate()).err())
        .isEqualTo(
            "--cert: "
                + client.certificate()
                + " (expected: a PEM file with the private key of the certificate)\n");
    assertThat(usage("--cert", client.certificate(), "--key", server.key()).err())
        .isEqualTo(
            "--key: "
                + server.key()
                + " (expected: the private key of the certificate in "
                + client.certificate()
                + ")\n");
    assertThat(usage("--key", client.key()).exitCode()).isEqualTo(2);
  }

  private static CommandLineRun usage(Object... options) {
    return CommandLineRun.of(
        Stream.concat(Stream.of("members", "--admin", "https://localhost:1"), Stream.of(options))
            .map(Object::toString)
            .toArray(String[]::new));
  }

  @Test
  void authorityThatCannotBeReadStopsTheStart() {
    Path missing = directory.resolve("none.pem");
    assertThatThrownBy(() -> start(missing).close())
        .hasMessage("node.admin.tls.clientCa: " + missing + " (expected: a file that can be read)");
  }

  @Test
  void changedAuthorityDecidesWhoComesInNext() throws IOException {
    Path eve = Files.writeString(directory.resolve("eve.pem"), STRANGERS.issue("eve").pem());
    Path ann = Files.writeString(directory.resolve("ann.pem"), CLIENTS.issue("ann").pem());
    try (AdminServer admin = start(clientCa)) {
      assertThat(run(admin, "--cert", ann).exitCode()).isZero();
      Files.writeString(clientCa, STRANGERS.pem());
      await()
          .pollInterval(Duration.ofMillis(100))
          .until(() -> run(admin, "--cert", eve).exitCode() == 0);
      assertThat(run(admin, "--cert", ann).exitCode()).isEqualTo(1);
    }
  }

  @Test
  @Logs("node.admin: the certificates of before stay in use: certificate: ")
  void changedFilesAreTakenAndBrokenOnesAreNot(LogWatch log) throws IOException {
    try (AdminServer admin = start(null)) {
      assertThat(run(admin).exitCode()).isZero();
      Path other = Files.writeString(directory.resolve("others.pem"), STRANGERS.pem());
      Files.writeString(server.certificate(), "half-written");
      await().until(() -> log.lines().stream().anyMatch(line -> line.contains("stay in use")));
      assertThat(run(admin).exitCode()).isZero();
      STRANGERS.issue("localhost", "dns:localhost").write(directory, "server");
      trusted = other;
      await().pollInterval(Duration.ofMillis(100)).until(() -> run(admin).exitCode() == 0);
    }
  }
}
