package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.testkit.ClosedPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Ensures that completion gets names from the cluster, or nothing, soon. Provoked with a member
 * that answers, one that does not and none. A failure would look like a Tab that hangs or prints
 * errors.
 */
class CompleteCommandTest {
  /** How long other commands wait for an answer. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private static final CommandLineRun NOTHING = new CommandLineRun(0, "", "");

  @Test
  void namesAreThoseOfTheCluster() {
    try (AdminServer server = new AdminServer(null)) {
      server.member.session("s1", 10);
      assertThat(CommandLineRun.of(server, "__complete", "backends").outLines())
          .containsExactly("web/127.0.0.1:9001", "web/127.0.0.1:9002");
      assertThat(CommandLineRun.of(server, "__complete", "pools").out()).isEqualTo("web\n");
      assertThat(CommandLineRun.of(server, "__complete", "members").out()).isEqualTo("m1\n");
      assertThat(CommandLineRun.of(server, "__complete", "listeners").out()).isEqualTo("web\n");
      assertThat(CommandLineRun.of(server, "__complete", "sessions").out()).isEqualTo("s1\n");
      assertThat(CommandLineRun.of(server, "__complete", "revisions").out()).isEqualTo("6\n5\n");
      assertThat(CommandLineRun.of(server, "__complete", "others")).isEqualTo(NOTHING);
    }
  }

  @Test
  void failuresAreSilent() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      String url = "http://127.0.0.1:" + closed.port();
      assertThat(CommandLineRun.of("__complete", "pools", "--admin", url)).isEqualTo(NOTHING);
      assertThat(CommandLineRun.of("__complete", "pools", "--token-file", "none"))
          .isEqualTo(NOTHING);
    }
  }

  @Test
  void aMemberThatDoesNotAnswerIsGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      long start = System.nanoTime();
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      assertThat(CommandLineRun.of("__complete", "pools", "--admin", url)).isEqualTo(NOTHING);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(ANSWER);
    }
  }
}
