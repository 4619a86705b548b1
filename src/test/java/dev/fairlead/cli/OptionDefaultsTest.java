package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the environment sets defaults and nothing more. Provoked with variables that are
 * set, empty and overridden. A failure would look like a command to another member than was typed.
 */
class OptionDefaultsTest {
  @TempDir private Path directory;

  @Test
  void memberAndTokenMayComeFromTheEnvironment() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "s3cret\n");
    AdminServer server = new AdminServer(token);
    try {
      Map<String, String> environment =
          Map.of("FAIRLEAD_ADMIN", server.url(), "FAIRLEAD_TOKEN_FILE", token.toString());
      assertThat(CommandLineRun.of(environment, "config", "show"))
          .isEqualTo(new CommandLineRun(0, "pools: []\n", ""));
      assertThat(CommandLineRun.of(environment, "config", "show", "--token-file", "none").err())
          .isEqualTo("--token-file or FAIRLEAD_TOKEN_FILE: none: cannot be read: no such file\n");
      assertThat(
              CommandLineRun.of(
                      Map.of("FAIRLEAD_ADMIN", "http://127.0.0.1:9", "FAIRLEAD_TOKEN_FILE", ""),
                      "config",
                      "show",
                      "--admin",
                      server.url())
                  .err())
          .contains("the token is missing or wrong");
    } finally {
      server.close();
    }
  }

  @Test
  void wrongAddressInTheEnvironmentIsNamed() {
    CommandLineRun run = CommandLineRun.of(Map.of("FAIRLEAD_ADMIN", "m1"), "members");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("--admin or FAIRLEAD_ADMIN: m1 (expected: a URL such as");
  }

  @Test
  void userIsTheAuthor() {
    AdminServer server = new AdminServer(null);
    try {
      Map<String, String> environment = Map.of("USER", "ann", "FAIRLEAD_ADMIN", server.url());
      CommandLineRun.of(environment, "set", "web/a:1", "--weight", "1");
      assertThat(server.commands.last().body().getString("author")).isEqualTo("ann");
      CommandLineRun.of(environment, "config", "rollback", "5");
      assertThat(server.commands.last().body().getString("author")).isEqualTo("ann");
      CommandLineRun.of(environment, "config", "rollback", "5", "--author", "bob");
      assertThat(server.commands.last().body().getString("author")).isEqualTo("bob");
    } finally {
      server.close();
    }
  }

  @Test
  void helpNamesTheVariablesAndTheDefaultHere() {
    Map<String, String> environment = Map.of("FAIRLEAD_ADMIN", "http://m7:8081");
    assertThat(CommandLineRun.of(environment, "set", "--help").out())
        .containsIgnoringWhitespaces(
            "$FAIRLEAD_ADMIN", "$FAIRLEAD_TOKEN_FILE", "$USER", "http://m7:8081");
    assertThat(CommandLineRun.of("members", "--help").out())
        .containsIgnoringWhitespaces("Here it is http://127.0.0.1:8081.");
  }

  @Test
  void versionIsAnOptionToo() {
    CommandLineRun option = CommandLineRun.of("--version");
    assertThat(option.out()).startsWith("Fairlead ").contains("Netty ");
    assertThat(option).isEqualTo(CommandLineRun.of("version"));
    assertThat(CommandLineRun.of("-V")).isEqualTo(option);
  }
}
