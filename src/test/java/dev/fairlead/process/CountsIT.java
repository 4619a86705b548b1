package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterProcesses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that members balance by the counts of all of them, and that the counts of a dead one are
 * gone. Provoked by held connections through three processes, one of which is killed under load. A
 * failure would look like a backend that gets more than the others, counts that stay, or a client
 * of another member that is lost.
 */
class CountsIT {
  private static final int BACKENDS = 4;

  /** How many a member takes while what it knows of the others may be old. */
  private static final int AT_ONCE = 3;

  private static final int HELD = 120;

  /**
   * All three members may give all they take at once to the same backend, because none knows yet of
   * the others' choice: it must be 2 below the rest (the third choice is a tie), and ends 9 - 2
   * above.
   */
  private static final int MOST_APART = 3 * AT_ONCE - (AT_ONCE - 1);

  @TempDir private Path directory;
  private final List<PingBackend> backends = new ArrayList<>();
  private ClusterProcesses cluster;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < BACKENDS; i++) {
      backends.add(PingBackend.start());
    }
    int[] ports = backends.stream().mapToInt(PingBackend::port).toArray();
    cluster =
        new ClusterProcesses(directory, 3, ConfigFixture.balancing("least-connections", ports));
    cluster.startAll();
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
    for (PingBackend backend : backends) {
      backend.close();
    }
  }

  @Test
  void heldConnectionsAreEvenAndADeadMembersCountsAreGone() throws Exception {
    try (HeldClients held = new HeldClients()) {
      int open = hold(held);
      List<Integer> real = backends.stream().map(PingBackend::connections).toList();
      assertThat(spread(real)).as("%s", real).isLessThanOrEqualTo(MOST_APART);
      try (SteadyLoad load = new SteadyLoad()) {
        load.on(cluster.member("m1"), 10);
        load.on(cluster.member("m2"), 10);
        load.awaitMore();
        cluster.kill("m3");
        load.awaitMore();
        cluster.awaitWhole();
        load.awaitMore();
      }
      awaitTrueCounts(open * 2 / 3);
    }
  }

  /** A few through each member, until all know of them, and so on; how many there are then. */
  private int hold(HeldClients held) throws IOException {
    List<Integer> ports = cluster.members().stream().map(each -> each.port("web")).toList();
    int open = 0;
    while (open < HELD) {
      for (int port : ports) {
        for (int i = 0; i < AT_ONCE; i++) {
          held.add(port);
          open++;
        }
      }
      awaitTrueCounts(open);
    }
    return open;
  }

  /** Waits until every member's view of the cluster is the sum of what its members have. */
  private void awaitTrueCounts(int sum) {
    await("the true counts on every member")
        .untilAsserted(
            () -> {
              Map<String, Integer> counts = active();
              assertThat(counts.values().stream().mapToInt(each -> each).sum()).isEqualTo(sum);
              assertThat(cluster.members())
                  .allSatisfy(each -> assertThat(each.backends("clusterActive")).isEqualTo(counts));
            });
  }

  private Map<String, Integer> active() {
    Map<String, Integer> sums = new TreeMap<>();
    cluster
        .members()
        .forEach(
            member ->
                member
                    .backends("active")
                    .forEach((id, active) -> sums.merge(id, active, Integer::sum)));
    return sums;
  }

  private static int spread(Collection<Integer> counts) {
    return counts.stream().mapToInt(each -> each).max().orElseThrow()
        - counts.stream().mapToInt(each -> each).min().orElseThrow();
  }
}
