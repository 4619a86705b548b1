package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the members agree after one of them dies during a push, and that an acknowledged
 * push is never lost. Provoked by killing one right after a push was sent, also the one that
 * received it. A failure would look like two revisions, one that no member has, or an acknowledged
 * one that is not in the history.
 */
@Tag("slow")
class PushAndDeathIT extends PingClusterFixture {
  private static final long SEED = 20261122;
  private static final int ROUNDS = 4;

  /** A push takes about so long. */
  private static final int MOST_MILLIS = 60;

  private final Random random = new Random(SEED);

  /** An address of each member that no listener has at first. */
  private final Map<String, Integer> newPorts =
      Map.of("m1", FreePorts.next(), "m2", FreePorts.next(), "m3", FreePorts.next());

  PushAndDeathIT() {
    super(3);
  }

  @BeforeEach
  void start() throws IOException {
    newPorts.forEach((member, port) -> cluster.environment(member, "FAIRLEAD_NEW", port));
    cluster.startAll();
  }

  @Test
  void thoseThatLiveAgreeAndNothingAcknowledgedIsLost() throws Exception {
    try (Background threads = new Background()) {
      for (int round = 1; round <= ROUNDS; round++) {
        String text = ConfigFixture.weighing(round, backend.port());
        String asked = "m" + (1 + random.nextInt(3));
        // Never the member asked in the first rounds, so that there is an answer.
        String victim = round <= 2 ? "m" + (1 + Integer.parseInt(asked.substring(1)) % 3) : asked;
        int delay = random.nextInt(MOST_MILLIS);
        CountDownLatch sent = new CountDownLatch(1);
        FairleadProcess member = cluster.member(asked);
        Future<HttpResponse<String>> push =
            threads.start(
                () -> {
                  sent.countDown();
                  return member.push(text);
                });
        sent.await();
        killAfter(victim, delay);
        assertAgreed(
            text,
            answer(push),
            "round %s: %s dies %s ms after a push by %s".formatted(round, victim, delay, asked));
        cluster.start(victim);
        assertAgreed(text, null, victim + " is back");
      }
    }
  }

  @Test
  void nextPushDoesNotWaitForThatOfACoordinatorThatDied() throws Exception {
    // No push begins while the member that holds the stored revision is stopped: then the other.
    if (!dieInTheMidst("m3", "m2")) {
      assertThat(dieInTheMidst("m2", "m3")).as("a push was prepared").isTrue();
    }
  }

  /** False = m1 could not begin to push while {@code stopped} was that. */
  private boolean dieInTheMidst(String stopped, String next) throws Exception {
    String text = ConfigFixture.on("127.0.0.1:${FAIRLEAD_NEW}", backend.port());
    FairleadProcess dying = cluster.member("m1");
    FairleadProcess hung = cluster.member(stopped);
    try (Background threads = new Background()) {
      hung.signal("STOP");
      Future<HttpResponse<String>> push = threads.start(() -> dying.push(text));
      await(next + " to prepare the push of m1")
          .pollInterval(Duration.ofMillis(20))
          .until(() -> push.isDone() || !isFree(newPorts.get(next)));
      if (push.isDone()) {
        hung.signal("CONT");
        assertThat(push.get().body()).contains("member " + stopped + ": no answer");
        return false;
      }
      cluster.kill("m1");
      hung.signal("CONT");
      await("the push of " + next)
          .until(() -> push(cluster.member(next), text).statusCode() == 200);
      return true;
    }
  }

  /** Whatever else a member says while it looks for the dead one, it is not that. */
  private static HttpResponse<String> push(FairleadProcess member, String text) {
    HttpResponse<String> answer = member.push(text);
    assertThat(answer.body()).doesNotContain("another push is under way");
    return answer;
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void killAfter(String victim, int millis) throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    timer.schedule(() -> cluster.kill(victim), millis, TimeUnit.MILLISECONDS).get();
    timer.shutdown();
  }

  /** Null = the member that was asked died. */
  private static HttpResponse<String> answer(Future<HttpResponse<String>> push) throws Exception {
    try {
      return push.get();
    } catch (java.util.concurrent.ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(UncheckedIOException.class);
      return null;
    }
  }

  private void assertAgreed(String text, HttpResponse<String> answer, String when) {
    cluster.awaitWhole();
    await(when)
        .untilAsserted(
            () -> {
              List<MemberState> states = MemberState.ofAll(cluster.members());
              assertThat(states.stream().map(MemberState::revision).distinct()).hasSize(1);
              assertThat(states.stream().map(MemberState::text).distinct()).hasSize(1);
              assertThat(states.stream().map(MemberState::weights).distinct()).hasSize(1);
            });
    if (answer != null && answer.statusCode() == 200) {
      long revision = new JsonObject(answer.body()).getLong("revision");
      assertThat(cluster.members())
          .as(when)
          .allSatisfy(member -> assertThat(past(member, revision)).isEqualTo(text));
    }
  }

  private static String past(FairleadProcess member, long revision) {
    return member.json("/api/v1/config?revision=" + revision).getString("text");
  }
}
