package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ensures what is left of the configuration when all members were stopped. Provoked by killing all
 * and starting them again, with {@code node.stateDir} of one of them and without. A failure would
 * look like a push or a setting that is forgotten, a number that is used twice, or a changed file
 * that is ignored.
 */
@Tag("slow")
class ClusterRestartIT extends PingClusterFixture {
  ClusterRestartIT() {
    super(2);
  }

  @Test
  void withTheStateOfOneMemberRevisionAndSettingsSurvive() throws IOException {
    cluster.node("m1", "stateDir: state");
    cluster.startAll();
    push(ConfigFixture.weighing(7, backend.port()));
    set(8);
    cluster.awaitRevision(3);
    MemberState before = MemberState.of(cluster.member("m1"));
    assertThat(before.weights()).containsValue(8);
    restart("m1", "m2");
    assertInForce(before);
    assertThat(history()).containsExactly(3L, 2L, 1L);
    fileThatWasChangedMeanwhileWins();
  }

  private void fileThatWasChangedMeanwhileWins() throws IOException {
    cluster.close();
    cluster.write("m1", ConfigFixture.weighing(9, backend.port()));
    cluster.startAll();
    cluster.awaitRevision(4);
    assertThat(cluster.members())
        .allSatisfy(member -> assertThat(member.backends("weight")).containsValue(9));
    assertThat(cluster.member("m1").json("/api/v1/config").getString("author"))
        .isEqualTo("file:m1");
  }

  @Test
  void theStateIsOfferedEvenByAMemberThatComesLater() throws IOException {
    cluster.node("m2", "stateDir: state");
    cluster.startAll();
    push(ConfigFixture.weighing(7, backend.port()));
    MemberState before = MemberState.of(cluster.member("m2"));
    restart("m1", "m2");
    assertInForce(before);
  }

  @Test
  void withoutAStateTheFileIsRevisionOne() throws IOException {
    cluster.startAll();
    push(ConfigFixture.weighing(7, backend.port()));
    restart("m1", "m2");
    cluster.awaitRevision(1);
    assertThat(cluster.members())
        .allSatisfy(member -> assertThat(member.backends("weight")).containsValue(1));
  }

  private void restart(String... names) throws IOException {
    cluster.close();
    for (String name : names) {
      cluster.start(name);
    }
  }

  /** But for the ports of the listeners. */
  private void assertInForce(MemberState before) {
    cluster.awaitRevision(before.revision());
    assertThat(MemberState.ofAll(cluster.members()))
        .allSatisfy(
            now -> {
              assertThat(now.text()).isEqualTo(before.text());
              assertThat(now.weights()).isEqualTo(before.weights());
            });
  }

  private List<Long> history() {
    return cluster.member("m2").json("/api/v1/config/history").getJsonArray("history").stream()
        .map(each -> ((JsonObject) each).getLong("revision"))
        .toList();
  }

  private void push(String text) {
    assertThat(cluster.member("m2").push(text).statusCode()).isEqualTo(200);
  }

  private void set(int weight) {
    String path = "/api/v1/pools/web/backends/127.0.0.1:" + backend.port();
    FairleadProcess member = cluster.member("m2");
    HttpResponse<String> answer =
        member.send("PATCH", path, new JsonObject().put("weight", weight));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }
}
