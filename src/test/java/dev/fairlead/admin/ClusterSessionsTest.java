package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that sessions are found and ended wherever they are. Provoked over HTTP, with members
 * that are made up. A failure would look like a session that nobody can find.
 */
class ClusterSessionsTest {
  private final AdminServer server = new AdminServer(null);
  private final FakeMember other = new FakeMember();

  @BeforeEach
  void populate() {
    server.member.members =
        List.of(
            FakeMember.info("m1", "h:1"),
            FakeMember.info("m2", "h:2"),
            FakeMember.info("m3", "h:3"));
    server.traffic.others.put("id-m2", other);
    server.member.session("old", 900);
    other.session("new", 5);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private List<String> found(String query) throws Exception {
    JsonArray sessions =
        server.json("/api/v1/sessions?scope=cluster" + query).getJsonArray("sessions");
    return sessions.stream()
        .map(JsonObject.class::cast)
        .map(each -> each.getString("id") + " of " + each.getString("member"))
        .toList();
  }

  @Test
  void sessionsOfAllMembersComeNewestFirstWithThoseMissingNamed() throws Exception {
    JsonObject answer = server.json("/api/v1/sessions?scope=cluster");
    assertThat(answer.getJsonArray("missing")).containsExactly("m3");
    assertThat(found("")).containsExactlyInAnyOrder("new of m2", "old of m1");
    assertThat(found("&limit=1")).hasSize(1);
  }

  @Test
  void filtersSelectWhatTheyName() throws Exception {
    assertThat(found("&listener=web&pool=web&backend=127.0.0.1:9001")).hasSize(2);
    assertThat(found("&source=192.0.2.0/24")).hasSize(2);
    assertThat(found("&source=192.0.2.7")).hasSize(2);
    assertThat(found("&source=192.0.2.8")).isEmpty();
    assertThat(found("&pool=api")).isEmpty();
    assertThat(server.json("/api/v1/sessions?pool=api").getJsonArray("sessions")).isEmpty();
  }

  @Test
  void wrongParametersAreRefusedWithWhatWasExpected() throws Exception {
    for (String wrong : List.of("source=home", "scope=all", "limit=0")) {
      assertThat(server.get("/api/v1/sessions?" + wrong))
          .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(422))
          .satisfies(
              answer ->
                  assertThat(answer.body())
                      .contains(wrong.substring(0, wrong.indexOf('=')), "expected: "));
    }
  }

  @Test
  void sessionEndsAtTheMemberThatHasIt() throws Exception {
    assertThat(delete("new?scope=cluster")).isEqualTo(204);
    assertThat(other.sessions).isEmpty();
    server.traffic.others.put("id-m3", new FakeMember());
    assertThat(delete("new?scope=cluster")).isEqualTo(404);
    assertThat(delete("old?scope=cluster")).isEqualTo(204);
    other.session("other", 5);
    assertThat(delete("other")).isEqualTo(404);
  }

  @Test
  void aSessionOfAMemberThatDoesNotAnswerMayBeThere() throws Exception {
    HttpResponse<String> answer =
        server.send("DELETE", "/api/v1/sessions/unseen?scope=cluster", null);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(new JsonObject(answer.body()).getJsonArray("problems"))
        .containsExactly(
            new JsonObject()
                .put("path", "")
                .put("message", "did not answer, and may still end the session")
                .put("member", "m3"));
    assertThat(delete("old?scope=cluster")).isEqualTo(204);
  }

  private int delete(String session) throws Exception {
    return server.send("DELETE", "/api/v1/sessions/" + session, null).statusCode();
  }

  @Test
  void seriesNeedsAKindAndAName() throws Exception {
    assertThat(server.get("/api/v1/series?by=pool").statusCode()).isEqualTo(422);
    assertThat(server.get("/api/v1/series?by=cat&name=x").statusCode()).isEqualTo(422);
    assertThat(server.json("/api/v1/series?by=pool&name=web").getInteger("step")).isEqualTo(5);
  }
}
