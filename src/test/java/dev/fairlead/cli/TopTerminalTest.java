package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a real terminal is used as people expect it, and given back as it was. Provoked with
 * a pseudo-terminal of script(1), keys and signals. A failure would look like keys that do nothing,
 * or a shell that does not echo after top has ended.
 */
class TopTerminalTest {
  /** By terminfo of xterm: enter_ca_mode, exit_ca_mode, cursor_normal. */
  private static final String ENTERED = "\u001b[?1049h";

  private static final String LEFT = "\u001b[?1049l";
  private static final String CURSOR = "\u001b[?25h";

  private final AdminServer server = new AdminServer(null);

  @TempDir private Path directory;

  @BeforeEach
  void assumePseudoTerminals() {
    Program.assumeInstalled("script", "stty");
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** Runs {@code fairlead ARGUMENTS} in a terminal, then tells its exit code and the modes. */
  private Program inTerminal(String environment, String arguments) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path script =
        Files.writeString(
            directory.resolve("in-terminal.sh"),
            "trap : INT; stty rows 24 cols 100\n"
                + environment
                + " "
                + java
                + " -XX:TieredStopAtLevel=1 -cp '"
                + System.getProperty("java.class.path")
                + "' dev.fairlead.Fairlead "
                + arguments
                + " --admin "
                + server.url()
                + "\necho \"exit code $?.\"; stty -a; echo modes told.\n");
    return Program.start(directory, "script", "-qec", "sh " + script, "/dev/null");
  }

  private static void assertRestored(Program terminal) {
    terminal.awaitOutput("modes told.");
    String output = terminal.output();
    String after = output.substring(output.indexOf("exit code "));
    assertThat(after).containsPattern("(?<!-)icanon").containsPattern("(?<!-)echo ");
    assertThat(output.indexOf(LEFT))
        .isBetween(output.indexOf(ENTERED), output.indexOf("exit code"));
    assertThat(output.lastIndexOf(CURSOR)).isPositive();
    assertThat(after).doesNotContain("\u001b[");
  }

  @Test
  void keysDrainTheSelectedBackendAndQuit() throws IOException {
    try (Program terminal = inTerminal("TERM=xterm", "top")) {
      terminal.awaitOutput("127.0.0.1:9001");
      assertThat(terminal.output()).contains(ENTERED, "enabled", "q quit");
      terminal.type("\u001b[Bd");
      terminal.awaitOutput("drain web/127.0.0.1:9002 for the whole cluster?");
      assertThat(server.commands.said).isEmpty();
      terminal.type("y");
      await().until(() -> !server.commands.said.isEmpty());
      assertThat(server.commands.last().body().getString("backend")).isEqualTo("127.0.0.1:9002");
      assertThat(server.commands.last().body().getString("state")).isEqualTo("draining");
      terminal.awaitOutput("revision 8");
      terminal.type("h");
      terminal.awaitOutput("Any key leads back");
      terminal.type(" fwe\rq");
      assertRestored(terminal);
      assertThat(terminal.output()).contains("exit code 0.");
    }
  }

  @Test
  void controlCQuits() throws IOException {
    try (Program terminal = inTerminal("TERM=xterm-256color", "top")) {
      terminal.awaitOutput("127.0.0.1:9001");
      terminal.type("\u0003");
      assertRestored(terminal);
      assertThat(terminal.output()).contains("exit code 0.");
    }
  }

  @Test
  void aSignalLeavesTheTerminalAsItWas() throws IOException {
    try (Program terminal = inTerminal("TERM=xterm", "top")) {
      terminal.awaitOutput("127.0.0.1:9001");
      terminal
          .process()
          .descendants()
          .filter(each -> each.info().command().orElse("").endsWith("java"))
          .forEach(ProcessHandle::destroy);
      assertRestored(terminal);
      assertThat(terminal.output()).contains("exit code 143.");
    }
  }

  @Test
  void tablesHaveColoursInATerminalOnly() throws IOException {
    try (Program terminal = inTerminal("TERM=xterm", "pools")) {
      terminal.awaitOutput("modes told.");
      assertThat(terminal.output()).contains("\u001b[32menabled\u001b[0m");
    }
    for (String without : new String[] {"TERM=xterm NO_COLOR=1", "TERM=dumb"}) {
      try (Program terminal = inTerminal(without, "pools")) {
        terminal.awaitOutput("modes told.");
        assertThat(terminal.output()).contains("enabled").doesNotContain("\u001b[");
      }
    }
  }
}
