package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ensured: a listener, pool or backend that was removed is shown for as long as it has live
 * sessions, and forgotten then.
 *
 * <p>Provoked: files without them, while sessions continue.
 *
 * <p>A failure looks like: sessions that no table accounts for, or names that stay for ever.
 */
class RemovedTest {
  private static MemberSetup setup() {
    return MemberSetup.on(TransportKind.NIO);
  }

  private static String id(TestBackend backend) {
    return "127.0.0.1:" + backend.port();
  }

  private static List<JsonObject> rows(TestMember member, String table) throws Exception {
    return member.json("/api/v1/" + table).getJsonArray(table).stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  /** {@code web enabled, web/127.0.0.1:9001 removed 1}, in the order of the answer. */
  private static List<String> pools(TestMember member) throws Exception {
    return rows(member, "pools").stream().map(RemovedTest::poolText).toList();
  }

  private static String poolText(JsonObject pool) {
    StringBuilder text = new StringBuilder(pool.getString("name"));
    text.append(' ').append(pool.getString("state"));
    for (Object each : pool.getJsonArray("backends")) {
      JsonObject backend = (JsonObject) each;
      text.append(", ").append(backend.getString("id"));
      text.append(' ').append(backend.getString("state"));
      text.append(' ').append(backend.getInteger("active"));
    }
    return text.toString();
  }

  @Test
  void backendIsShownUntilItsLastSessionEnds() throws Exception {
    try (TestBackend old = TestBackend.echo();
        TestBackend fresh = TestBackend.echo();
        TestMember member = setup().backends(old).start();
        TestConnection live = TestClient.connect(member)) {
      live.send("a");
      live.expect("a");
      member.reload(setup().backends(fresh).dynamicPart());
      String enabled = "web enabled, " + id(fresh) + " enabled 0";
      assertThat(pools(member)).containsExactly(enabled + ", " + id(old) + " removed 1");
      live.finish();
      live.expectEof();
      member.awaitSessions(0);
      assertThat(pools(member)).containsExactly(enabled);
    }
  }

  @Test
  void listenerAndPoolAreShownUntilTheirLastSessionEnds() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup().backends(backend).start();
        TestConnection live = TestClient.connect(member)) {
      live.send("a");
      live.expect("a");
      String bind = rows(member, "listeners").get(0).getString("bind");
      String other = setup().backends(backend).dynamicPart().replace(" web\n", " api\n");
      member.reload(other);
      String enabled = "api enabled, " + id(backend) + " enabled 0";
      assertThat(pools(member))
          .containsExactly(enabled, "web removed, " + id(backend) + " removed 1");
      List<JsonObject> listeners = rows(member, "listeners");
      assertThat(listeners)
          .extracting(each -> each.getString("name"))
          .containsExactly("api", "web");
      assertThat(listeners.get(0).getString("state")).isEqualTo("enabled");
      assertThat(listeners.get(1))
          .isEqualTo(
              new JsonObject()
                  .put("name", "web")
                  .put("state", "removed")
                  .put("bind", bind)
                  .put("address", null)
                  .put("pool", "web")
                  .put("routes", new JsonArray())
                  .put("active", 1)
                  .put("total", 1));
      assertThat(member.json("/api/v1/status").getJsonArray("listeners")).hasSize(1);
      live.finish();
      live.expectEof();
      member.awaitSessions(0);
      assertThat(pools(member)).containsExactly(enabled);
      assertThat(rows(member, "listeners")).hasSize(1);
    }
  }
}
