package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Launch;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the access log can be rotated, and that whatever takes its lines never stops the
 * traffic. Provoked by a rename and SIGHUP, a full device, and a stdout that is closed or not read.
 * A failure would look like lines in the wrong file, or clients that wait for a disk.
 */
class AccessLogIT {
  /** More lines than fit into a pipe's 64 KiB. */
  private static final int MANY = 400;

  @TempDir private Path directory;
  private PingBackend backend;
  private Path config;

  @BeforeEach
  void start() throws IOException {
    backend = PingBackend.start();
    config = ConfigFixture.file(directory, ConfigFixture.to(backend.port()));
  }

  @AfterEach
  void stop() throws IOException {
    backend.close();
  }

  @Test
  void everySessionIsALineWithItsReason() throws Exception {
    try (FairleadProcess proxy = Launch.run(config).startReady(directory)) {
      PingClient.pingOnce(proxy.port("web"));
      await().until(() -> proxy.outLines().size() == 1);
      JsonObject line = new JsonObject(proxy.outLines().get(0));
      assertThat(line.getString("listener")).isEqualTo("web");
      assertThat(line.getString("backend")).isEqualTo("127.0.0.1:" + backend.port());
      assertThat(line.getString("reason")).isEqualTo("client-closed");
      assertThat(line.getLong("bytesFromClient")).isEqualTo(4);
      assertThat(line.getLong("bytesToClient")).isEqualTo(4);
    }
  }

  @Test
  void afterARenameAndAHangupNewLinesGoToANewFile() throws Exception {
    Path log = directory.resolve("access.log");
    Path rotated = directory.resolve("access.log.1");
    try (FairleadProcess proxy = to(log.toString()).startReady(directory)) {
      int port = proxy.port("web");
      PingClient.pingOnce(port);
      await().until(() -> lines(log).size() == 1);
      Files.move(log, rotated);
      proxy.signal("HUP");
      await().until(() -> Files.exists(log));
      PingClient.pingOnce(port);
      await().until(() -> lines(log).size() == 1);
      assertThat(lines(rotated)).hasSize(1);
      assertThat(proxy.revision()).isEqualTo(1);
    }
  }

  @Test
  void aFullDiskCostsLinesAndNoTraffic() throws Exception {
    try (FairleadProcess proxy = to("/dev/full").startReady(directory)) {
      pingOften(proxy, 50);
      await().until(() -> dropped(proxy) == 50);
      proxy.awaitLog("access-log: lines are dropped, ");
      assertThat(proxy.logged("access-log: ")).isEqualTo(1);
      assertThat(proxy.logged("so far: No space left on device")).isEqualTo(1);
      assertDrains(proxy);
    }
  }

  @Test
  void aClosedStdoutCostsLinesAndNoTraffic() throws Exception {
    try (FairleadProcess proxy = Launch.run(config).withPipedStdout().startReady(directory)) {
      proxy.process().getInputStream().close();
      pingOften(proxy, 50);
      await().until(() -> dropped(proxy) == 50);
      assertDrains(proxy);
    }
  }

  @Test
  void aStdoutThatNobodyReadsStopsNothing() throws Exception {
    try (FairleadProcess proxy = Launch.run(config).withPipedStdout().startReady(directory)) {
      pingOften(proxy, MANY);
      proxy.awaitLog("access-log: stdout has taken nothing for 5 s: ");
      assertThat(proxy.metric("fairlead_access_log_waiting")).isBetween(1.0, (double) MANY);
      assertThat(proxy.json("/api/v1/status").getJsonObject("accessLog").getLong("waiting"))
          .isPositive();
      try (BufferedReader reader = proxy.process().inputReader()) {
        assertThat(reader.lines().limit(MANY)).hasSize(MANY);
      }
      proxy.awaitLog("access-log: stdout takes lines again, ");
    }
  }

  @Test
  void aFifoWithoutAReaderIsToldAndStopsNothing() throws Exception {
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    try (FairleadProcess proxy = to(fifo.toString()).startReady(directory)) {
      pingOften(proxy, 50);
      proxy.awaitLog("access-log: " + fifo + " has taken nothing for 5 s: ");
      assertThat(proxy.metric("fairlead_access_log_waiting")).isEqualTo(50);
      try (BufferedReader reader = Files.newBufferedReader(fifo)) {
        for (int i = 0; i < 50; i++) {
          assertThat(new JsonObject(reader.readLine()).getString("listener")).isEqualTo("web");
        }
      }
      proxy.awaitLog("access-log: " + fifo + " takes lines again, ");
      pingOften(proxy, 1);
      assertDrains(proxy);
    }
  }

  @Test
  void aStdoutThatNobodyReadsDoesNotHoldUpTheExit() throws Exception {
    try (FairleadProcess proxy = Launch.run(config).withPipedStdout().startReady(directory)) {
      pingOften(proxy, MANY);
      assertDrains(proxy);
    }
  }

  /** As when the log driver of a container is stuck: both logs are one pipe, and it is full. */
  @Test
  void aPipeOfBothLogsThatNobodyReadsStopsNothing() throws Exception {
    int port = FreePorts.next();
    int admin = FreePorts.next();
    ConfigFixture.replace(config, ConfigFixture.on("127.0.0.1:" + port, backend.port()));
    try (FairleadProcess proxy =
        Launch.run(config, "--set", "node.admin.port=" + admin)
            .after("exec 2>&1")
            .withPipedStdout()
            .start(directory)
            .reachedThrough(admin)) {
      await().ignoreExceptions().until(() -> proxy.get("/readyz").statusCode() == 200);
      pingOften(proxy, MANY);
      for (int weight = 2; weight < 5; weight++) {
        String pushed = ConfigFixture.weighing(weight, backend.port()).replace(":0", ":" + port);
        assertThat(proxy.push(pushed).statusCode()).isEqualTo(200);
      }
      pingOften(proxy, 20);
      assertDrains(proxy);
    }
  }

  private Launch to(String target) {
    return Launch.run(config, "--set", "node.accessLog.to=" + target);
  }

  private static void pingOften(FairleadProcess proxy, int times) throws IOException {
    int port = proxy.port("web");
    for (int i = 0; i < times; i++) {
      assertThat(PingClient.pingOnce(port)).isEqualTo("PONG");
    }
  }

  private static void assertDrains(FairleadProcess proxy) throws Exception {
    proxy.signal("TERM");
    assertThat(proxy.awaitExit()).isZero();
  }

  private static int dropped(FairleadProcess proxy) {
    return proxy
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("fairlead_access_log_dropped_total "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }
}
