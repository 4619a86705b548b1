package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.EventReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Ensures that whoever looks at one member sees within 3 s that another one has died. Provoked with
 * processes, one of which is killed. A failure would look like a member that is shown as it was.
 */
class LiveIT extends PingClusterFixture {
  LiveIT() {
    super(3);
  }

  @Test
  void killedMemberIsGoneFromTheStreamWithinThreeSeconds() throws Exception {
    cluster.startAll();
    try (EventReader stream = new EventReader(cluster.member("m1").adminPort(), "/api/v1/live")) {
      JsonArray members = stream.next("cluster").getJsonArray("members");
      String id =
          members.stream()
              .map(JsonObject.class::cast)
              .filter(each -> each.getString("name").equals("m3"))
              .map(each -> each.getString("id"))
              .findFirst()
              .orElseThrow();
      cluster.kill("m3");
      long killed = System.nanoTime();
      JsonObject gone = new JsonObject().put("id", id).put("gone", true);
      while (!stream.next("cluster").getJsonArray("members", new JsonArray()).contains(gone)) {
        // Others change too.
      }
      assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(3));
    }
  }
}
