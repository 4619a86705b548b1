package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ensures that members can be stopped one by one, or all, and that the others' clients do not
 * notice. Provoked by SIGTERM and by the shutdown signal, under load. A failure would look like a
 * client of another member that is not answered, or a process that does not end well.
 */
@Tag("slow")
class RollingRestartIT extends PingClusterFixture {
  private static final int HELD = 5;

  RollingRestartIT() {
    super(3);
  }

  @BeforeEach
  void start() throws IOException {
    cluster.startAll();
  }

  @Test
  void oneByOneTheOthersLoseNobodyAndAllEndWell() throws Exception {
    push(2);
    for (String name : List.of("m1", "m2", "m3")) {
      try (SteadyLoad load = new SteadyLoad()) {
        for (FairleadProcess other : cluster.members()) {
          if (other != cluster.member(name)) {
            load.on(other, HELD);
          }
        }
        load.awaitMore();
        stopAndStart(name, load);
      }
    }
    push(3);
    shutdown("m2");
    cluster.awaitEnd("m2");
    cluster.awaitWhole();
    shutdown("*");
    cluster.awaitEnd("m1");
    cluster.awaitEnd("m3");
  }

  private void stopAndStart(String name, SteadyLoad load) throws Exception {
    // Its own clients finish, and then it ends.
    try (PingClient client = PingClient.connect(cluster.member(name).port("web"))) {
      assertThat(client.ping()).isEqualTo("PONG");
      cluster.member(name).signal("TERM");
      cluster.member(name).awaitLog("drain");
      load.awaitMore();
      assertThat(client.ping()).isEqualTo("PONG");
    }
    cluster.awaitEnd(name);
    load.awaitMore();
    cluster.awaitWhole();
    cluster.start(name);
    cluster.awaitRevision(2);
    load.awaitMore();
  }

  private void push(int weight) {
    HttpResponse<String> answer =
        cluster.member("m1").push(ConfigFixture.weighing(weight, backend.port()));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    cluster.awaitRevision(weight);
  }

  private void shutdown(String member) {
    HttpResponse<String> answer =
        cluster
            .member("m1")
            .send("POST", "/api/v1/shutdown", new JsonObject().put("member", member));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
  }
}
