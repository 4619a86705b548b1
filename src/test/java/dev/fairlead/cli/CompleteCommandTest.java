package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
      assertNames(server, "backends", "web/127.0.0.1:9001", "web/127.0.0.1:9002");
      assertNames(server, "pools", "web");
      assertNames(server, "members", "m1");
      assertNames(server, "listeners", "web");
      assertNames(server, "sessions", "s1");
      assertNames(server, "revisions", "6", "5");
      assertThat(CommandLineRun.of(server, "__complete", "others")).isEqualTo(NOTHING);
    }
  }

  /** On a machine that is busy a second may be too short, once. */
  private static void assertNames(AdminServer server, String kind, String... names) {
    await()
        .untilAsserted(
            () ->
                assertThat(CommandLineRun.of(server, "__complete", kind).outLines())
                    .containsExactly(names));
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
