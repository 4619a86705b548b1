package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.FairleadProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
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

  PushAndDeathIT() {
    super(3);
  }

  @BeforeEach
  void start() throws IOException {
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
