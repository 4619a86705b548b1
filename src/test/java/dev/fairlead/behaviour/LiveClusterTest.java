package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.ClusterKeys;
import dev.fairlead.testkit.EventReader;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: any member shows the sessions, the traffic and the past of all, and ends sessions of
 * others.
 *
 * <p>Provoked: three members in this process, of which one is asked and another one has the client.
 *
 * <p>A failure looks like: numbers of one member that pass for those of the cluster, or a session
 * that cannot be found.
 */
@Logs("no other member of cluster")
class LiveClusterTest {
  @TempDir private Path directory;

  private static TestMember start(
      ClusterKeys keys, int index, TestBackend backend, String... cluster) {
    return MemberSetup.on(TransportKind.NIO)
        .node("name: m" + (index + 1))
        .cluster(keys, index, cluster)
        .backends(backend)
        .start();
  }

  private static EventReader live(TestMember member) throws Exception {
    return new EventReader(member.member().adminPort(), "/api/v1/live");
  }

  private static JsonObject found(TestMember asked) throws Exception {
    return asked.json("/api/v1/sessions?scope=cluster&source=127.0.0.0/8");
  }

  private static void endsAtAnotherMember(TestMember asked, TestMember other, String name)
      throws Exception {
    try (TestConnection live = TestClient.connect(other)) {
      live.send("a");
      live.expect("a");
      JsonObject answer = found(asked);
      assertThat(answer.getJsonArray("missing")).isEmpty();
      assertThat(answer.getJsonArray("sessions")).hasSize(1);
      JsonObject session = answer.getJsonArray("sessions").getJsonObject(0);
      assertThat(session.getString("member")).isEqualTo(name);
      String path = "/api/v1/sessions/" + session.getString("id");
      assertThat(asked.http("DELETE", path).statusCode()).isEqualTo(404);
      assertThat(asked.http("DELETE", path + "?scope=cluster").statusCode()).isEqualTo(204);
      other.awaitSessions(0);
      assertThat(asked.http("DELETE", path + "?scope=cluster").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void sessionOfAnotherMemberIsFoundAndEndedWithASecretToo() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "0123456789abcdef".repeat(4));
    String line = "secretFile: '" + secret + "'";
    ClusterKeys keys = ClusterKeys.of(3);
    try (TestBackend backend = TestBackend.echo();
        TestMember m1 = start(keys, 0, backend, line);
        TestMember m2 = start(keys, 1, backend, line);
        TestMember m3 = start(keys, 2, backend, line)) {
      assertThat(m3.view().members()).hasSize(3);
      endsAtAnotherMember(m1, m2, "m2");
    }
  }

  @Test
  void trafficAndStateOfAllMembersAreShownByAnyAndRememberedByNewOnes() throws Exception {
    ClusterKeys keys = ClusterKeys.of(3);
    try (TestBackend backend = TestBackend.echo();
        TestMember m1 = start(keys, 0, backend);
        TestMember m2 = start(keys, 1, backend);
        EventReader stream = live(m1);
        TestConnection client = TestClient.connect(m2)) {
      client.send("a hundred bytes or so are enough for one in each second");
      client.expect("a hundred bytes or so are enough for one in each second");
      String id = "web/127.0.0.1:" + backend.port();
      JsonObject counts = sampleOf(stream, id);
      assertThat(counts.getLong("sessions")).isEqualTo(1);
      assertThat(counts.getLong("bytesIn")).isPositive();
      assertThat(counts.getLong("bytesOut")).isPositive();
      JsonObject shown = stateWithConnects(stream);
      assertThat(shown.getLong("active")).isZero();
      assertThat(shown.getLong("clusterActive")).isEqualTo(1);
      assertThat(points(m1, "by=member&name=m2", "sessions")).contains(1.0);
      try (TestMember m3 = start(keys, 2, backend)) {
        // Before it had joined: nobody has connected since.
        await()
            .until(
                () ->
                    points(m3, "by=backend&name=" + id, "connections").stream()
                        .anyMatch(each -> each > 0));
        assertThat(m3.json("/api/v1/members").getJsonArray("members")).hasSize(3);
      }
      client.finish();
      client.expectEof();
    }
  }

  /** The counts of the backend in the first sample that has its bytes, which it also shows. */
  private static JsonObject sampleOf(EventReader stream, String id) throws Exception {
    JsonObject counts = null;
    while (counts == null || counts.getLong("bytesIn") == 0) {
      counts = stream.next("sample").getJsonObject("backends").getJsonObject(id);
    }
    return counts;
  }

  private static JsonObject stateWithConnects(EventReader stream) throws Exception {
    while (true) {
      JsonArray pools = stream.next("cluster").getJsonArray("pools", new JsonArray());
      for (Object pool : pools) {
        JsonObject backend = ((JsonObject) pool).getJsonArray("backends").getJsonObject(0);
        if (backend.getValue("connectMillis") != null) {
          return backend;
        }
      }
    }
  }

  private static List<Double> points(TestMember member, String query, String kind)
      throws Exception {
    return member.json("/api/v1/series?" + query).getJsonArray(kind).stream()
        .filter(Objects::nonNull)
        .map(each -> ((Number) each).doubleValue())
        .toList();
  }

  @Test
  void memberThatStopsIsGoneFromTheStream() throws Exception {
    ClusterKeys keys = ClusterKeys.of(2);
    try (TestBackend backend = TestBackend.echo();
        TestMember m1 = start(keys, 0, backend)) {
      TestMember m2 = start(keys, 1, backend);
      String id = m2.view().now().self().id();
      try (EventReader stream = live(m1)) {
        assertThat(stream.next("cluster").getJsonArray("members")).hasSize(2);
        m2.close();
        JsonObject gone = new JsonObject().put("id", id).put("gone", true);
        while (!stream.next("cluster").getJsonArray("members", new JsonArray()).contains(gone)) {
          // It drains first.
        }
      }
    }
  }
}
