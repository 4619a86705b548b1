package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a process that runs out of descriptors or of sessions waits, and goes on when there
 * is room. Provoked by a small limit of open files and more clients than fit. A failure would look
 * like a crash, a core that is kept busy, a log that fills, or clients that are never served
 * afterwards.
 */
class OpenFilesIT {
  private static final String STOPPED = "accepts no clients until there is room";

  @TempDir private Path directory;

  @Test
  void theLimitOfOpenFilesLimitsTheSessions() throws IOException {
    Launch launch = Launch.run(config(1)).after("ulimit -n 1256");
    try (FairleadProcess proxy = launch.startReady(directory)) {
      assertThat(proxy.json("/api/v1/status").getInteger("maxSessions")).isEqualTo(500);
    }
  }

  @Test
  void clientsAboveMaxSessionsWaitForTheirTurn() throws IOException {
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy =
            Launch.run(config(backend.port()), "--set", "node.maxSessions=3")
                .startReady(directory)) {
      List<PingClient> clients = connect(proxy.port("web"), 10);
      proxy.awaitLog(STOPPED);
      // In whatever order they were accepted: each gets its answer when others have left.
      List<PingClient> waiting = new ArrayList<>(clients);
      for (PingClient client : clients) {
        client.send();
      }
      await()
          .until(
              () -> {
                for (PingClient client : List.copyOf(waiting)) {
                  if (client.hasAnswer()) {
                    client.close();
                    waiting.remove(client);
                  }
                }
                return waiting.isEmpty();
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void withoutDescriptorsAcceptingPausesAndRecovers(String transport) throws Exception {
    String[] settings = {"--set", "node.maxSessions=10000", "--set", "node.transport=" + transport};
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy =
            Launch.run(config(backend.port()), settings)
                .after("ulimit -n 200")
                .startReady(directory)) {
      int port = proxy.port("web");
      List<PingClient> clients = connect(port, 300);
      // A session takes two descriptors, an admin connection one: so none at all is left.
      clients.addAll(connect(proxy.adminPort(), 10));
      proxy.awaitLog(STOPPED);
      assertIdle(proxy);
      for (PingClient client : clients) {
        client.close();
      }
      await()
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(() -> PingClient.pingOnce(port).equals("PONG"));
      await().until(() -> proxy.json("/api/v1/status").getInteger("sessions") == 0);
      assertThat(proxy.logged("Session - ")).isZero();
      // The admin listener tells of its own once a second.
      assertThat(proxy.logged(" WARN ") + proxy.logged(" ERROR ")).isLessThan(100);
      proxy.signal("TERM");
      assertThat(proxy.awaitExit()).isZero();
    }
  }

  /** For two seconds: told once on each loop at most, and far from keeping a core busy. */
  private static void assertIdle(FairleadProcess proxy) {
    Duration watched = Duration.ofSeconds(2);
    Duration before = proxy.process().info().totalCpuDuration().orElseThrow();
    long loops = Runtime.getRuntime().availableProcessors();
    await().during(watched).until(() -> proxy.logged(STOPPED) <= loops);
    Duration used = proxy.process().info().totalCpuDuration().orElseThrow().minus(before);
    assertThat(used).isLessThan(watched.dividedBy(2));
  }

  private Path config(int backend) throws IOException {
    return ConfigFixture.file(directory, ConfigFixture.to(backend));
  }

  private static List<PingClient> connect(int port, int count) throws IOException {
    List<PingClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(PingClient.connect(port));
    }
    return clients;
  }
}
