package dev.fairlead.process;

import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Namespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that of the parts of a split only the one with more than half of the members ends
 * sessions for balance. Provoked with a host for each process and a push into each part: all
 * sessions are at one backend, and now the other one takes some too. A failure would look like
 * sessions that are ended in the smaller part, or in two halves.
 */
@Tag("slow")
class RebalanceSplitIT {
  private static final int CLIENTS_OF_EACH = 30;
  private static final String RULES =
      "    rebalance: { excess: 10%, rate: 20%, minAge: 1s, quiet: 200ms }\n";

  /** So long the part that must not act is watched: much longer than others take to begin. */
  private static final Duration WATCHED = Duration.ofSeconds(15);

  @TempDir private Path directory;
  private final List<ReturningClients> clients = new ArrayList<>();
  private Namespaces namespaces;
  private SplitCluster cluster;

  @BeforeEach
  void canBeSplit() {
    String unavailable = Namespaces.unavailable();
    Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
  }

  @AfterEach
  void stop() throws IOException {
    for (ReturningClients each : clients) {
      each.close();
    }
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      if (namespaces != null) {
        namespaces.close();
      }
    }
  }

  @Test
  void onlyTheLargerPartRebalances() throws Exception {
    start(3);
    split(List.of("m1", "m2"), List.of("m3"));
    await().until(() -> rebalanced("m1") + rebalanced("m2") >= 27);
    await().during(WATCHED).until(() -> rebalanced("m3") == 0);
    namespaces.join();
    await().until(() -> seen("m3").size() == 3);
    await().until(() -> max() <= 50 && total("m1") == 3 * CLIENTS_OF_EACH);
  }

  @Test
  void neitherOfTwoHalvesRebalances() throws Exception {
    start(4);
    split(List.of("m1", "m2"), List.of("m3", "m4"));
    await()
        .during(WATCHED)
        .until(() -> cluster.members().stream().mapToDouble(this::rebalanced).sum() == 0);
  }

  private void start(int members) throws Exception {
    namespaces = Namespaces.of(members);
    cluster = SplitCluster.on(namespaces, directory, members);
    cluster.startAll();
    push("m1", cluster.document("one").replace("weight: 1 } ]", "weight: 0 } ]"));
    for (String each : cluster.members()) {
      clients.add(new ReturningClients(CLIENTS_OF_EACH, List.of(cluster.port(each))));
    }
    await().until(() -> total("m1") == members * CLIENTS_OF_EACH && total("m1") == max());
  }

  private void split(List<String> some, List<String> others) {
    namespaces.cutOff(others.stream().map(each -> Integer.parseInt(each.substring(1))).toList());
    await().until(() -> some.stream().allMatch(each -> seen(each).equals(some)));
    await().until(() -> others.stream().allMatch(each -> seen(each).equals(others)));
    String rules = cluster.document("two").replace("    replies:", RULES + "    replies:");
    push(some.get(0), rules);
    push(others.get(0), rules);
  }

  private void push(String member, String document) {
    await("a push").until(() -> cluster.member(member).push(document).statusCode() == 200);
  }

  private List<String> seen(String member) {
    return cluster.member(member).memberNames();
  }

  private double rebalanced(String member) {
    return cluster.member(member).metric("fairlead_rebalanced_total{pool=\"web\"}");
  }

  private int total(String member) {
    FairleadProcess asked = cluster.member(member);
    return asked.backends("clusterActive").values().stream().mapToInt(Integer::intValue).sum();
  }

  private int max() {
    return Collections.max(cluster.member("m1").backends("clusterActive").values());
  }
}
