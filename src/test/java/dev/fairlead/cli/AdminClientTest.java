package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.PemFiles;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a member that can't be reached, or does not let us in, is one clear line and exit
 * code 1. Provoked with closed ports, wrong tokens and unknown certificates. A failure would look
 * like a stack trace or a command that hangs.
 */
class AdminClientTest {
  @TempDir private Path directory;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void closedPortIsConnectionRefused() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      String url = "http://127.0.0.1:" + closed.port();
      assertThat(CommandLineRun.of("members", "--admin", url + "/"))
          .isEqualTo(
              new CommandLineRun(
                  1,
                  "",
                  "cannot reach "
                      + url
                      + ": connection refused (the address of --admin; expected: that of a member's"
                      + " node.admin, by --admin URL or FAIRLEAD_ADMIN)\n"));
      assertThat(CommandLineRun.of(Map.of("FAIRLEAD_ADMIN", url), "members").err())
          .contains(url + ": connection refused (the address of FAIRLEAD_ADMIN; expected: ");
    }
  }

  @Test
  void unknownNameIsNotResolved() {
    assertThat(CommandLineRun.of("status", "--admin", "http://nowhere.invalid:8081").err())
        .startsWith("cannot reach http://nowhere.invalid:8081: name not resolved (the address of");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:8081", "ftp://a", "http://", "localhost", "http:"})
  void addressMustBeAUrl(String url) {
    CommandLineRun run = CommandLineRun.of("members", "--admin", url);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--admin");
  }

  @Test
  @Logs("admin listener: a wrong token from ")
  void tokenOpensTheMember() throws IOException {
    Path token = file("token", "s3cret\n");
    try (AdminServer server = new AdminServer(token)) {
      assertThat(CommandLineRun.of(server, "members", "--token-file", token.toString()).exitCode())
          .isZero();
      CommandLineRun without = CommandLineRun.of(server, "members");
      assertThat(without.exitCode()).isEqualTo(1);
      assertThat(without.errLines())
          .singleElement()
          .asString()
          .startsWith(server.url() + "/api/v1/members: the token is missing or wrong")
          .contains("no token was sent", "--token-file FILE or FAIRLEAD_TOKEN_FILE");
      Path wrong = file("wrong", "other\n");
      assertThat(CommandLineRun.of(server, "members", "--token-file", wrong.toString()).err())
          .contains("the token sent is not the member's");
    }
  }

  @Test
  void tokenFileThatIsNoneIsOneLine() throws IOException {
    Path missing = directory.resolve("missing");
    assertThat(CommandLineRun.of("members", "--token-file", missing.toString()))
        .isEqualTo(
            new CommandLineRun(
                1,
                "",
                "--token-file or FAIRLEAD_TOKEN_FILE: "
                    + missing
                    + ": cannot be read: no such file\n"));
    Path empty = file("empty", "\n");
    assertThat(CommandLineRun.of("members", "--token-file", empty.toString()).err())
        .isEqualTo(
            "--token-file or FAIRLEAD_TOKEN_FILE: " + empty + " (expected: a token in line 1)\n");
  }

  @Test
  void certificateIsTrustedWhenItIsGiven() throws Exception {
    PemFiles pem = PemFiles.selfSigned(directory);
    NodeConfig.Admin.AdminTls tls =
        new NodeConfig.Admin.AdminTls(pem.certificate(), pem.key(), null);
    try (AdminServer server = new AdminServer(null, tls, HttpClient.newHttpClient())) {
      String ca = pem.certificate().toString();
      assertThat(CommandLineRun.of(server, "members", "--ca", ca).exitCode()).isZero();
      CommandLineRun unknown = CommandLineRun.of(server, "members");
      assertThat(unknown.exitCode()).isEqualTo(1);
      assertThat(unknown.errLines())
          .singleElement()
          .asString()
          .startsWith("cannot reach " + server.url() + ": TLS failed: ")
          .endsWith(
              " (expected: --ca with the certificate of the authority that signed the member's)");
      String plain = server.url().replace("https:", "http:");
      assertThat(CommandLineRun.of("members", "--admin", plain).err())
          .contains("(expected: https://, if the member has node.admin.tls)");
    }
  }

  @Test
  void memberWithoutTlsIsNamed() throws IOException {
    try (AdminServer server = new AdminServer(null)) {
      String url = server.url().replace("http:", "https:");
      assertThat(CommandLineRun.of("members", "--admin", url).errLines())
          .singleElement()
          .asString()
          .endsWith("(expected: http://, if the member has no node.admin.tls)");
    }
  }

  @Test
  void fileWithoutCertificateIsOneLine() throws IOException {
    for (String text : new String[] {"", "nonsense\n"}) {
      Path file = file("ca.pem", text);
      assertThat(CommandLineRun.of("members", "--admin", "https://a", "--ca", file.toString()))
          .isEqualTo(
              new CommandLineRun(
                  1, "", "--ca: " + file + " (expected: a PEM file with certificates)\n"));
    }
  }

  @Test
  void anotherServersAnswerIsOneLine() throws IOException {
    try (AdminServer server = new AdminServer(null)) {
      String styles = server.url() + "/page/style.css?";
      assertThat(CommandLineRun.of("members", "--admin", styles))
          .isEqualTo(
              new CommandLineRun(
                  1, "", styles + "/api/v1/members: answered 200, and not as Fairlead does\n"));
    }
  }
}
