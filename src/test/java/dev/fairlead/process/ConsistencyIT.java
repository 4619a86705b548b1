package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.process.RandomClient.Acknowledged;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Namespaces;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that whatever happens, all members end alike and lose nothing that was acknowledged.
 * Provoked by clients that change the configuration at random while members are killed, ended and
 * started, and the network is split where that is permitted; the system property {@code
 * fairlead.seed} repeats the choices. A failure would look like two members with different
 * revisions or counts, a step back, or a change that was answered with 200 and is nowhere.
 */
@Tag("slow")
class ConsistencyIT {
  private static final Logger LOG = LoggerFactory.getLogger(ConsistencyIT.class);
  private static final long SEED = Long.getLong("fairlead.seed", System.nanoTime());
  private static final Duration AGREEMENT = Duration.ofSeconds(30);
  private static final Duration SPLIT = Duration.ofSeconds(20);
  private static final Duration RUN = Duration.ofSeconds(60);
  private static final int FEWEST = 3;
  private static final int MOST = 5;
  private static final int CLIENTS = 3;

  /** With those of all clients and of a split's end, fewer than the history keeps. */
  private static final int CHANGES_A_ROUND = 5;

  @TempDir private Path directory;
  private final Random random = new Random(SEED);
  private final List<RandomClient> clients = new ArrayList<>();
  private Namespaces namespaces;
  private SplitCluster cluster;
  private RevisionWatch watch;

  @AfterEach
  void stop() throws IOException {
    try {
      if (watch != null) {
        watch.close();
      }
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
  void nothingAcknowledgedIsLostAndAllEndAlike() throws Exception {
    LOG.info("fairlead.seed={}", SEED);
    start();
    long began = System.nanoTime();
    round(this::nothing);
    if (namespaces != null) {
      round(this::split);
    }
    while (System.nanoTime() - began < RUN.toNanos()) {
      round(next());
    }
    watch.assertNoStepBack();
  }

  /** What happens to the members while clients change the configuration; gives what it pushed. */
  private interface Event {
    List<Acknowledged> happen() throws Exception;
  }

  private void start() throws IOException {
    String unavailable = Namespaces.unavailable();
    if (unavailable.isEmpty()) {
      namespaces = Namespaces.of(MOST);
      cluster = SplitCluster.on(namespaces, directory, MOST);
    } else {
      LOG.warn("without a split: {}", unavailable);
      cluster = SplitCluster.onLoopback(directory, MOST);
    }
    cluster.startAll();
    watch = new RevisionWatch(cluster);
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new RandomClient(cluster, "client " + i, random.nextLong()));
    }
  }

  private Event next() {
    int running = cluster.members().size();
    if (running == FEWEST || (running < MOST && random.nextBoolean())) {
      return this::join;
    }
    return random.nextBoolean() ? this::kill : this::end;
  }

  private void round(Event event) throws Exception {
    List<Acknowledged> all = new ArrayList<>();
    try (Background threads = new Background();
        HeldClients held = new HeldClients()) {
      List<Future<List<Acknowledged>>> changes = new ArrayList<>();
      for (RandomClient client : clients) {
        changes.add(threads.start(() -> client.change(CHANGES_A_ROUND)));
      }
      all.addAll(event.happen());
      for (Future<List<Acknowledged>> each : changes) {
        all.addAll(each.get());
      }
      for (String member : cluster.members()) {
        held.add(cluster.port(member));
      }
      long began = System.nanoTime();
      cluster.awaitAgreement(AGREEMENT);
      LOG.info(
          "{} members agree after {} ms; {} changes",
          cluster.members().size(),
          Duration.ofNanos(System.nanoTime() - began).toMillis(),
          all.size());
      assertNothingIsLost(all);
    }
  }

  private void assertNothingIsLost(List<Acknowledged> all) {
    FairleadProcess any = cluster.member(cluster.members().get(0));
    List<JsonObject> history = SharedView.history(any);
    List<String> ids = history.stream().map(past -> past.getString("id")).toList();
    List<Long> revisions = history.stream().map(past -> past.getLong("revision")).toList();
    assertThat(all)
        .allSatisfy(
            change -> {
              assertThat(revisions).as("of %s", change).contains(change.revision());
              assertThat(change.id().isEmpty() || ids.contains(change.id()))
                  .as("%s in %s", change, history)
                  .isTrue();
              assertThat(any.revision()).isGreaterThanOrEqualTo(change.revision());
            });
    all.stream()
        .filter(change -> change.revision() == revisions.get(0) && !change.id().isEmpty())
        .forEach(change -> assertThat(change.id()).as("in force").isEqualTo(ids.get(0)));
  }

  private List<Acknowledged> nothing() {
    return List.of();
  }

  private List<Acknowledged> kill() {
    String member = any(cluster.members());
    LOG.info("kill {}", member);
    cluster.kill(member);
    return List.of();
  }

  private List<Acknowledged> end() throws Exception {
    String member = any(cluster.members());
    LOG.info("end {}", member);
    cluster.end(member);
    return List.of();
  }

  private List<Acknowledged> join() throws IOException {
    List<String> running = cluster.members();
    String member =
        any(
            IntStream.rangeClosed(1, MOST)
                .mapToObj(n -> "m" + n)
                .filter(each -> !running.contains(each))
                .toList());
    LOG.info("start {}", member);
    cluster.start(member);
    return List.of();
  }

  /** A push on each side, whatever the clients do meanwhile. */
  private List<Acknowledged> split() {
    List<String> members = new ArrayList<>(cluster.members());
    Collections.shuffle(members, random);
    List<String> away = members.subList(0, 2);
    LOG.info("cut off {} from {}", away, members.subList(2, members.size()));
    long began = System.nanoTime();
    namespaces.cutOff(away.stream().map(each -> Integer.parseInt(each.substring(1))).toList());
    List<Acknowledged> pushed =
        Stream.of(away.get(0), members.get(2))
            .map(
                member ->
                    await("a push on the side of " + member)
                        .atMost(AGREEMENT.plus(SPLIT))
                        .until(
                            () -> new RandomClient(cluster, "side " + member, SEED).push(member),
                            each -> each != null))
            .toList();
    await().atMost(AGREEMENT).until(() -> System.nanoTime() - began >= SPLIT.toNanos());
    namespaces.join();
    return pushed;
  }

  private String any(List<String> members) {
    return members.get(random.nextInt(members.size()));
  }
}
