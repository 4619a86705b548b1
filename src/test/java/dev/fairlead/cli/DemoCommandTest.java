package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that the demo says which option to change when it cannot start. Provoked with a port that
 * is taken. A failure would be the name of a temporary file that the user has never seen.
 */
class DemoCommandTest {
  @Test
  void aPortThatIsTakenIsNamedByItsOption() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      CommandLineRun listener = CommandLineRun.of("demo", "--port", port, "--admin-port", "0");
      assertThat(listener.exitCode()).isEqualTo(1);
      assertThat(listener.errLines())
          .containsExactly("--port: 127.0.0.1:" + port + " (expected: a free address)");
      assertThat(CommandLineRun.of("demo", "--port", "0", "--admin-port", port).errLines())
          .containsExactly("--admin-port: 127.0.0.1:" + port + " (expected: a free address)");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/tmp/d.yaml:5: listeners[0].bind: x, --port: x",
    "/tmp/d.yaml:2: node.admin.port: x, --admin-port: x",
    "/tmp/d.yaml: something else, something else"
  })
  void problemsOfTheFileAreThoseOfTheOptions(String problem, String shown) {
    assertThat(DemoCommand.ofOptions(problem, Path.of("/tmp/d.yaml"))).isEqualTo(shown);
  }
}
