package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that held sessions are even again soon after a backend was restarted, that hardly more of
 * them are ended than needed, and that none is that transfers. Provoked by clients that connect
 * again through any of three members, and others that send and compare 1 MB again and again. A
 * failure would look like a backend that stays empty, sessions that are ended for nothing, or a
 * transfer that breaks.
 */
@Tag("slow")
class RebalanceIT {
  private static final Logger LOG = LoggerFactory.getLogger(RebalanceIT.class);
  private static final int CLIENTS = 300;
  private static final int TRANSFERS = 6;
  private static final int BYTES = 1_000_000;
  private static final double EXCESS = 1.1;
  private static final String RULES = "rebalance: { excess: 10%, rate: 5%, minAge: 2s, quiet: 1s }";

  @TempDir private Path directory;
  private final List<TestBackend> backends = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private ClusterProcesses cluster;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 3; i++) {
      backends.add(TestBackend.echo());
    }
    cluster = new ClusterProcesses(directory, 3, config("rebalance: off"));
    cluster.startAll();
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
    for (TestBackend each : backends) {
      each.close();
    }
  }

  private String config(String rules) {
    List<String> keys = backends.stream().map(each -> "{ " + each.keys() + " }").toList();
    return """
        listeners:
          - { name: web, bind: "127.0.0.1:0", pool: web }
        pools:
          - name: web
            balance: least-connections
            health: { type: tcp, interval: 200ms, rise: 1, fall: 1 }
            %s
            backends: %s
        """
        .formatted(rules, keys);
  }

  @Test
  void backendThatWasRestartedHasItsShareAgain() throws Exception {
    List<Integer> ports = cluster.members().stream().map(each -> each.port("web")).toList();
    try (ReturningClients clients = new ReturningClients(CLIENTS, ports);
        Background threads = new Background()) {
      await().until(() -> clients.connected() == CLIENTS && total() == CLIENTS);
      restartFirst();
      await().until(() -> clients.connected() == CLIENTS && total() == CLIENTS);
      Map<String, Integer> uneven = counts();
      assertThat(Collections.min(uneven.values())).isLessThan(CLIENTS / 10);
      List<Future<Integer>> transfers = new ArrayList<>();
      for (int i = 0; i < TRANSFERS; i++) {
        int seed = i;
        transfers.add(threads.start(() -> transfer(ports.get(seed % ports.size()), seed)));
      }
      await().until(() -> total() == CLIENTS + TRANSFERS);
      int resets = clients.resets();
      rebalance(counts());
      over.set(true);
      int sent = 0;
      for (Future<Integer> each : transfers) {
        sent += each.get();
      }
      LOG.info("{} transfers of {} bytes, all right", sent, BYTES);
      assertThat(clients.resets()).isEqualTo(resets);
    }
  }

  private void restartFirst() throws IOException {
    SocketAddress address = backends.get(0).address();
    backends.get(0).close();
    await().until(() -> total() < CLIENTS || counts().containsValue(0));
    await().until(() -> total() == CLIENTS && counts().containsValue(0));
    backends.set(0, TestBackend.echo(address));
    await()
        .until(
            () ->
                cluster.members().stream()
                    .allMatch(each -> each.metric(eligible()) == backends.size()));
  }

  private static String eligible() {
    return "fairlead_pool_backends_eligible{pool=\"web\"}";
  }

  private void rebalance(Map<String, Integer> before) {
    int all = CLIENTS + TRANSFERS;
    double most = Math.ceil(all * EXCESS / backends.size());
    long perfect =
        before.values().stream().mapToLong(each -> Math.max(0, each - (long) most)).sum();
    long began = System.nanoTime();
    cluster.member("m1").push(config(RULES));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> total() == all && Collections.max(counts().values()) <= most);
    Duration time = Duration.ofNanos(System.nanoTime() - began);
    Map<String, Integer> after = counts();
    // Long enough for two more plans.
    await().during(Duration.ofSeconds(5)).until(() -> true);
    double ended = cluster.members().stream().mapToDouble(RebalanceIT::rebalanced).sum();
    LOG.info(
        "before {}, after {} s {}; {} ended, a perfect planner ends {}",
        before.values(),
        time.toMillis() / 1000.0,
        after.values(),
        (long) ended,
        perfect);
    assertThat(ended).isLessThanOrEqualTo(1.2 * perfect);
  }

  private static double rebalanced(FairleadProcess member) {
    return member.metric("fairlead_rebalanced_total{pool=\"web\"}");
  }

  /** All members' sessions, as the first one knows them. */
  private Map<String, Integer> counts() {
    return cluster.member("m1").backends("clusterActive");
  }

  private int total() {
    return counts().values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Sends and reads back until the test is over; returns how often. */
  private int transfer(int port, long seed) throws IOException, InterruptedException {
    byte[] bytes = new byte[BYTES];
    new Random(seed).nextBytes(bytes);
    int sent = 0;
    try (TestConnection client =
        TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      while (!over.get()) {
        Thread writer = new Thread(() -> sendAll(client, bytes));
        writer.start();
        assertThat(client.readExactly(BYTES)).isEqualTo(bytes);
        writer.join();
        sent++;
      }
    }
    return sent;
  }

  private static void sendAll(TestConnection client, byte[] bytes) {
    try {
      client.send(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
