package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestRun;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a signal lets live sessions finish, and that the process then ends with exit code 0.
 * Provoked by SIGTERM and SIGINT to a process with clients. A failure would look like a client that
 * is cut before its time, one that is still let in, or a process that does not end.
 */
class DrainIT {
  /** Never reached: only a second signal or the last session's end ends such a drain. */
  private static final String ENDLESS = "1h";

  @TempDir private Path directory;
  private PingBackend backend;
  private FairleadProcess proxy;
  private int port;

  @BeforeEach
  void startBackend() throws IOException {
    backend = PingBackend.start();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    backend.close();
  }

  @Test
  void duringTheDelayItIsNotReadyButAccepts() throws Exception {
    start(ENDLESS, ENDLESS);
    proxy.signal("TERM");
    await().until(() -> proxy.get("/readyz").statusCode() != 200);
    HttpResponse<String> readyz = proxy.get("/readyz");
    assertThat(readyz.statusCode()).isEqualTo(503);
    assertThat(new JsonObject(readyz.body()))
        .isEqualTo(new JsonObject("{\"ready\":false,\"reasons\":[\"draining\"]}"));
    assertThat(proxy.json("/api/v1/status").getBoolean("draining")).isTrue();
    assertThat(proxy.get("/livez").statusCode()).isEqualTo(200);
    assertThat(PingClient.pingOnce(port)).isEqualTo("PONG");
    proxy.signal("TERM");
    assertThat(proxy.awaitExit()).isZero();
  }

  @Test
  void afterTheDelayListenersCloseAndLiveSessionsFinish() throws Exception {
    start("200ms", ENDLESS);
    try (PingClient live = PingClient.connect(port)) {
      assertThat(live.ping()).isEqualTo("PONG");
      proxy.signal("TERM");
      awaitRefused();
      assertThat(live.ping()).isEqualTo("PONG");
      assertThat(proxy.process().isAlive()).isTrue();
    }
    assertThat(proxy.awaitExit()).isZero();
    assertThat(reasons()).containsOnly("client-closed");
  }

  @Test
  void whatIsLeftIsEndedEvenlyInTheLastFifthOfGrace() throws Exception {
    int sessions = 20;
    start("0s", "6s");
    List<PingClient> clients = connect(sessions);
    Instant signalled = Instant.now();
    proxy.signal("TERM");
    for (PingClient client : clients) {
      client.awaitEnd();
      client.close();
    }
    assertThat(proxy.awaitExit()).isZero();
    assertThat(reasons()).hasSize(sessions).containsOnly("drain");
    List<Instant> ends = ends();
    assertThat(Duration.between(signalled, ends.get(0))).isGreaterThan(Duration.ofMillis(4700));
    Duration middle = Duration.between(ends.get(0), ends.get(sessions / 2));
    Duration all = Duration.between(ends.get(0), ends.get(sessions - 1));
    assertThat(all).isGreaterThan(Duration.ofMillis(500));
    assertThat(middle.toMillis() / (double) all.toMillis()).isCloseTo(0.5, within(0.4));
  }

  @Test
  void aSecondSignalCutsAtOnce() throws Exception {
    start("0s", ENDLESS);
    List<PingClient> clients = connect(5);
    proxy.signal("INT");
    awaitRefused();
    assertThat(clients.get(0).ping()).isEqualTo("PONG");
    proxy.signal("INT");
    for (PingClient client : clients) {
      client.awaitEnd();
      client.close();
    }
    assertThat(proxy.awaitExit()).isZero();
    assertThat(reasons()).hasSize(5).containsOnly("drain");
  }

  @Test
  void withoutGraceAllSessionsEndAtOnce() throws Exception {
    start("0s", "0s");
    try (PingClient live = PingClient.connect(port)) {
      assertThat(live.ping()).isEqualTo("PONG");
      proxy.signal("TERM");
      live.awaitEnd();
      assertThat(proxy.awaitExit()).isZero();
    }
  }

  @Test
  void underLoadNobodyWhoWasConnectedLosesAByte() throws Exception {
    int clients = 20;
    int after = 200;
    start("100ms", ENDLESS);
    CountDownLatch warm = new CountDownLatch(clients);
    CountDownLatch drained = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    List<Future<Integer>> lost = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Callable<Integer> load = () -> pingUntil(drained, warm, after);
      lost.add(threads.submit(load));
    }
    assertThat(warm.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    proxy.signal("TERM");
    awaitRefused();
    drained.countDown();
    for (Future<Integer> each : lost) {
      assertThat(each.get()).isZero();
    }
    threads.shutdown();
    assertThat(proxy.awaitExit()).isZero();
    assertThat(reasons()).hasSize(clients).containsOnly("client-closed");
  }

  private void start(String delay, String grace) throws IOException {
    String bind = "127.0.0.1:" + FreePorts.next();
    Path file = ConfigFixture.file(directory, ConfigFixture.on(bind, backend.port()));
    proxy =
        Launch.run(
                file,
                "--set",
                "node.shutdown.delay=" + delay,
                "--set",
                "node.shutdown.grace=" + grace)
            .startReady(directory);
    port = proxy.port("web");
  }

  private List<PingClient> connect(int count) throws IOException {
    List<PingClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PingClient client = PingClient.connect(port);
      assertThat(client.ping()).isEqualTo("PONG");
      clients.add(client);
    }
    return clients;
  }

  /** Pings until {@code drained} and {@code after} times more; how many were not answered. */
  private int pingUntil(CountDownLatch drained, CountDownLatch warm, int after) throws IOException {
    int lost = 0;
    try (PingClient client = PingClient.connect(port)) {
      int left = after;
      while (left > 0) {
        lost += client.ping().equals("PONG") ? 0 : 1;
        warm.countDown();
        left -= drained.getCount() == 0 ? 1 : 0;
      }
    }
    return lost;
  }

  /**
   * A client that comes while the sockets close may be reset or closed instead of refused, so it
   * asks until the listener is gone. Its port must not be one that the system hands out again.
   */
  private void awaitRefused() {
    await().ignoreExceptionsMatching(e -> !(e instanceof ConnectException)).until(this::isRefused);
  }

  private boolean isRefused() throws IOException {
    try {
      PingClient.connect(port).close();
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  /** Why sessions ended, without those that only asked whether there is still a listener. */
  private List<String> reasons() {
    return accessLog().map(line -> line.getString("reason")).toList();
  }

  private List<Instant> ends() {
    return accessLog().map(line -> Instant.parse(line.getString("time"))).sorted().toList();
  }

  private Stream<JsonObject> accessLog() {
    return proxy.outLines().stream().map(JsonObject::new);
  }
}
