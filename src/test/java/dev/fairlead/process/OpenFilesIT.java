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
    Launch launch =
        Launch.run(config(1), "--set", "node.eventLoops=2", "--set", "node.maxSessions=10000")
            .after("ulimit -n 1256");
    try (FairleadProcess proxy = launch.startReady(directory)) {
      assertThat(proxy.json("/api/v1/status").getInteger("maxSessions")).isEqualTo(397);
      assertThat(proxy.logged("node.maxSessions 10000 is more than the limit")).isEqualTo(1);
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
      serve(clients);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void clientsBeyondTheDescriptorsWaitForTheirTurn(String transport) throws IOException {
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = starved(transport, "ulimit -n 600", backend)) {
      List<PingClient> clients = connect(proxy.port("web"), 600);
      proxy.awaitLog(STOPPED);
      serve(clients);
      assertThat(proxy.logged("Too many open files")).isZero();
    }
  }

  private FairleadProcess starved(String transport, String limit, PingBackend backend)
      throws IOException {
    return Launch.run(
            config(backend.port()),
            "--set",
            "node.maxSessions=10000",
            "--set",
            "node.transport=" + transport)
        .after(limit)
        .startReady(directory);
  }

  /** In whatever order they were accepted: each gets its answer when others have left. */
  private static void serve(List<PingClient> clients) throws IOException {
    for (PingClient client : clients) {
      client.send();
    }
    List<PingClient> waiting = new ArrayList<>(clients);
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

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void withoutDescriptorsAcceptingPausesAndRecovers(String transport) throws Exception {
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = starved(transport, "ulimit -n 100", backend)) {
      int port = proxy.port("web");
      List<PingClient> clients = connect(port, 300);
      // So few that what else a process needs is more than its share: now none at all is left.
      clients.addAll(connect(proxy.adminPort(), 100));
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
      assertThat(proxy.logged("rehearsal")).isZero();
      assertThat(proxy.logged("cannot be read") + proxy.logged("mended")).isZero();
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
