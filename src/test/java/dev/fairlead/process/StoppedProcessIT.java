package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that time in which the process did not run counts for nobody: what arrived meanwhile is
 * read before a time-out is judged. Provoked by SIGSTOP for longer than every time-out of a
 * session, while all of them talk, connect or get their turn, and SIGCONT. A failure would look
 * like a session that ends by a time-out.
 */
@Tag("slow")
class StoppedProcessIT {
  /** Longer than each time-out, and than what Linux waits until it tries a connect again. */
  private static final Duration STOP = Duration.ofSeconds(17);

  private static final int TALKERS = 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void endsNoSessionThatWasServedMeanwhile(String transport) throws Exception {
    try (PingBackend pings = PingBackend.start();
        TestBackend manual = TestBackend.manual();
        FullBackend full = new FullBackend();
        FairleadProcess proxy =
            Launch.run(config(pings, manual, full), "--set", "node.transport=" + transport)
                .startReady(directory)) {
      List<PingClient> talkers = new ArrayList<>();
      for (int i = 0; i < TALKERS; i++) {
        talkers.add(served(proxy.port("idle")));
      }
      PingClient old = served(proxy.port("max-duration"));
      PingClient holder = served(proxy.port("queue"));
      PingClient waiting = PingClient.connect(proxy.port("queue"));
      TestConnection connecting = connect(proxy.port("connect"));
      TestConnection halfClosed = connect(proxy.port("close"));
      halfClosed.send("x");
      halfClosed.finish();
      TestConnection server = manual.next();
      assertThat(server.readText()).isEqualTo("x");
      await().until(() -> proxy.json("/api/v1/status").getInteger("sessions") == TALKERS + 5);

      proxy.signal("STOP");
      for (PingClient talker : talkers) {
        talker.send();
      }
      old.send();
      holder.close();
      waiting.send();
      connecting.send("y");
      full.makeRoom();
      server.send("z");
      await().during(STOP).until(() -> proxy.process().isAlive());
      proxy.signal("CONT");

      for (PingClient talker : talkers) {
        assertThat(talker.answer()).isEqualTo("PONG");
      }
      assertThat(old.answer()).isEqualTo("PONG");
      assertThat(waiting.answer()).isEqualTo("PONG");
      full.next().expect("y");
      halfClosed.expect("z");
    }
  }

  private Path config(PingBackend pings, TestBackend manual, FullBackend full) throws IOException {
    String ping = "host: 127.0.0.1, port: " + pings.port();
    Map<String, String> pools =
        Map.of(
            "idle", "timeouts: { idle: 15s }, backends: [{ %s }]".formatted(ping),
            "max-duration",
                "timeouts: { maxDuration: 15s, jitter: 0%% }, backends: [{ %s }]".formatted(ping),
            "queue", "backends: [{ %s }]".formatted(ping),
            "close", "timeouts: { close: 15s }, backends: [{ %s }]".formatted(manual.keys()),
            "connect",
                "connect: { timeout: 15s, attempts: 1 }, backends: [{ %s }]"
                    .formatted(full.keys()));
    StringBuilder text = new StringBuilder("listeners:\n");
    for (String name : pools.keySet()) {
      String limits =
          name.equals("queue") ? "{ connections: 1, queue: { size: 9, timeout: 15s } }" : "{}";
      text.append(
          "  - { name: %s, bind: '127.0.0.1:0', pool: %s, limits: %s }\n"
              .formatted(name, name, limits));
    }
    text.append("pools:\n");
    pools.forEach((name, keys) -> text.append("  - { name: %s, %s }\n".formatted(name, keys)));
    return ConfigFixture.file(directory, text.toString());
  }

  private static PingClient served(int port) throws IOException {
    PingClient client = PingClient.connect(port);
    assertThat(client.ping()).isEqualTo("PONG");
    return client;
  }

  private static TestConnection connect(int port) throws IOException {
    return TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }
}
