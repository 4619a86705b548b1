package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Namespaces;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that the parts of a split cluster continue by themselves, and are one again soon after
 * they meet. Provoked with a host for each process, of which some are cut off, and by freezing one.
 * A failure would look like a part that does not serve or takes no push, members with different
 * revisions or counts afterwards, a loser that is not reported, or pushes that fail from then on.
 */
@Tag("slow")
class NetworkSplitIT {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkSplitIT.class);

  /** So long the network is split at least. */
  private static final Duration SPLIT = Duration.ofSeconds(20);

  /** What is promised. */
  private static final Duration AGREEMENT = Duration.ofSeconds(30);

  private static final int HELD_BY_EACH = 6;

  @TempDir private Path directory;
  private final Map<String, HeldClients> held = new HashMap<>();
  private final Map<String, HeardEvents> heard = new HashMap<>();
  private Namespaces namespaces;
  private SplitCluster cluster;

  @BeforeEach
  void canBeSplit() {
    String unavailable = Namespaces.unavailable();
    Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
  }

  @AfterEach
  void stop() throws IOException {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      if (namespaces != null) {
        namespaces.close();
      }
    }
    for (HeldClients each : held.values()) {
      each.close();
    }
  }

  @Test
  void fiveMembersAreSplitThreeTimes() throws Exception {
    start(5);
    splitAndJoin(List.of("m1", "m2", "m3"), List.of("m4", "m5"));
    splitAndJoin(List.of("m1", "m4"), List.of("m2", "m3", "m5"));
    splitAndJoin(List.of("m2", "m4", "m5"), List.of("m1", "m3"));
  }

  @Test
  void fourMembersAreSplitInEqualHalves() throws Exception {
    start(4);
    splitAndJoin(List.of("m1", "m3"), List.of("m2", "m4"));
  }

  @Test
  void oneOfThreeIsCutOff() throws Exception {
    start(3);
    splitAndJoin(List.of("m1", "m2"), List.of("m3"));
    splitAndJoin(List.of("m2", "m3"), List.of("m1"));
  }

  @Test
  void aFrozenMemberIsLeftOutAndComesBack() throws Exception {
    start(3);
    for (String frozen : List.of("m3", "m1")) {
      List<String> others =
          cluster.members().stream().filter(each -> !each.equals(frozen)).toList();
      long began = System.nanoTime();
      cluster.member(frozen).signal("STOP");
      long revision = serveAndPush(others, "without " + frozen, began);
      serveUntil(began, others);
      cluster.member(frozen).signal("CONT");
      awaitAgreement();
      assertThat(cluster.member(frozen).revision()).isEqualTo(revision);
      assertAllIsWell();
    }
  }

  private void start(int members) throws Exception {
    namespaces = Namespaces.of(members);
    cluster = SplitCluster.on(namespaces, directory, members);
    cluster.startAll();
    for (String member : cluster.members()) {
      held.put(member, new HeldClients());
      for (int i = 0; i < HELD_BY_EACH; i++) {
        held.get(member).add(cluster.port(member));
      }
      heard.put(member, HeardEvents.of(cluster.member(member).adminPort()));
    }
    awaitAgreement();
  }

  private void splitAndJoin(List<String> some, List<String> others) throws Exception {
    long before = cluster.member("m1").revision();
    long began = System.nanoTime();
    namespaces.cutOff(others.stream().map(each -> Integer.parseInt(each.substring(1))).toList());
    assertThat(serveAndPush(some, "first of " + before, began)).isEqualTo(before + 1);
    String loser = SharedView.of(cluster.member(some.get(0))).id();
    assertThat(serveAndPush(others, "second of " + before, began)).isEqualTo(before + 1);
    serveUntil(began, cluster.members());
    cluster.awaitAgreement(some, AGREEMENT);
    cluster.awaitAgreement(others, AGREEMENT);

    namespaces.join();
    awaitAgreement();
    assertTheLaterWon(before + 1, loser, cluster.document("second of " + before));
    assertAllIsWell();
  }

  /**
   * Clients are served by each member while it is alone, and then a push is taken by just these.
   */
  private long serveAndPush(List<String> members, String mark, long began) {
    await("a part of " + members)
        .atMost(AGREEMENT)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(
            () -> {
              serve(members);
              return members.stream().allMatch(each -> seen(each).equals(members));
            });
    log("the part {} is one", members, began);
    return await("a push by " + members)
        .atMost(AGREEMENT)
        .until(() -> push(members.get(0), mark), revision -> revision > 0);
  }

  private List<String> seen(String member) {
    return cluster.member(member).memberNames();
  }

  /** The revision it became, 0 = it was refused. */
  private long push(String member, String mark) {
    HttpResponse<String> answer = cluster.member(member).push(cluster.document(mark));
    if (answer.statusCode() != 200) {
      LOG.info("refused by {}: {}", member, answer.body());
      return 0;
    }
    return new JsonObject(answer.body()).getLong("revision");
  }

  private void serveUntil(long began, List<String> members) {
    await()
        .atMost(SPLIT.plus(AGREEMENT))
        .until(
            () -> {
              serve(members);
              return System.nanoTime() - began >= SPLIT.toNanos();
            });
  }

  /** A new client and those that are connected get their answers. */
  private void serve(List<String> members) throws IOException {
    for (String member : members) {
      assertThat(PingClient.pingOnce(cluster.port(member))).isEqualTo("PONG");
      held.get(member).pingAll();
    }
  }

  private void awaitAgreement() throws IOException {
    long began = System.nanoTime();
    cluster.awaitAgreement(AGREEMENT);
    log("{} agree", cluster.members(), began);
    serve(cluster.members());
  }

  private static void log(String what, List<String> members, long began) {
    LOG.info(
        what + " after {} ms", members, Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  /** It is the next revision, the other one is in the history, and an event reported it. */
  private void assertTheLaterWon(long revision, String loser, String winner) {
    FairleadProcess any = cluster.member("m1");
    assertThat(any.revision()).isEqualTo(revision + 1);
    assertThat(any.json("/api/v1/config").getString("text")).isEqualTo(winner);
    assertThat(SharedView.history(any))
        .anySatisfy(
            past -> {
              assertThat(past.getString("id")).isEqualTo(loser);
              assertThat(past.getBoolean("superseded")).isTrue();
            });
    await("an event that tells of the loser")
        .atMost(AGREEMENT)
        .untilAsserted(
            () ->
                assertThat(heard.values())
                    .anySatisfy(each -> assertThat(each.superseded(revision)).contains(loser)));
  }

  /** A push through any member is taken by all at once, and all counts are true. */
  private void assertAllIsWell() {
    List<String> members = cluster.members();
    for (String member : members) {
      HttpResponse<String> answer =
          cluster.member(member).push(cluster.document("through " + member));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonObject pushed = new JsonObject(answer.body());
      assertThat(pushed.getJsonArray("applied")).containsExactlyElementsOf(members);
      assertThat(pushed.getJsonArray("missing")).isEmpty();
    }
    cluster.awaitAgreement(AGREEMENT);
    int counted =
        cluster.member("m1").backends("clusterActive").values().stream()
            .mapToInt(Integer::intValue)
            .sum();
    assertThat(counted).isEqualTo(HELD_BY_EACH * members.size());
  }
}
