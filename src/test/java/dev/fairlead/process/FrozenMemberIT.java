package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a member that hangs delays pushes no longer than until it counts as dead, and that
 * it follows when it continues. Provoked by SIGSTOP and SIGCONT of each of three members, one of
 * which holds the newest revision's part of the shared map. A failure would look like a push
 * without an answer, a member that stays behind or takes the others back, or counts that are wrong.
 */
@Tag("slow")
class FrozenMemberIT extends PingClusterFixture {
  FrozenMemberIT() {
    super(3);
  }

  @BeforeEach
  void start() throws IOException {
    cluster.startAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"m1", "m2", "m3"})
  void pushesWaitUntilItIsTakenForDeadAndItFollowsWhenItGoesOn(String name) throws Exception {
    FairleadProcess frozen = cluster.member(name);
    FairleadProcess other = cluster.member(name.equals("m1") ? "m2" : "m1");
    try (HeldClients held = new HeldClients()) {
      for (FairleadProcess member : cluster.members()) {
        held.add(member.port("web"));
      }
      freeze(name, frozen, other);
      cluster.awaitWhole();
      cluster.awaitRevision(other.revision());
      held.pingAll();
      assertTrueCounts(3);
    }
  }

  private void freeze(String name, FairleadProcess frozen, FairleadProcess other) throws Exception {
    try (SteadyLoad load = new SteadyLoad()) {
      load.on(other, 5);
      frozen.signal("STOP");
      try {
        assertRefused(other.push(ConfigFixture.weighing(2, backend.port())), name);
        await("a push without " + name)
            .until(() -> other.push(ConfigFixture.weighing(3, backend.port())).statusCode() == 200);
        assertThat(other.memberNames()).doesNotContain(name).hasSize(2);
        load.awaitMore();
      } finally {
        frozen.signal("CONT");
      }
      cluster.awaitWhole();
      load.awaitMore();
    }
  }

  private static void assertRefused(HttpResponse<String> answer, String member) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    JsonArray problems = new JsonObject(answer.body()).getJsonArray("problems");
    assertThat(problems).as(answer.body()).hasSize(1);
    assertThat(problems.getJsonObject(0).getString("member")).isEqualTo(member);
    assertThat(problems.getJsonObject(0).getString("message"))
        .isEqualTo("member " + member + ": no answer within 3s");
  }

  private void assertTrueCounts(int sum) {
    Map<String, Integer> counts = Map.of("127.0.0.1:" + backend.port(), sum);
    await("true counts")
        .untilAsserted(
            () ->
                assertThat(cluster.members())
                    .allSatisfy(
                        each -> assertThat(each.backends("clusterActive")).isEqualTo(counts)));
  }
}
