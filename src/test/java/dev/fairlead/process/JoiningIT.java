package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ensures that members find each other, and that the cluster's revision is everybody's, whatever
 * their files say. Provoked by members that start together, late, with another file, with a name or
 * a port that is taken. A failure would look like two clusters, two members of one name, or a late
 * one that undoes a push.
 */
@Tag("slow")
class JoiningIT extends PingClusterFixture {
  private PingBackend other;

  JoiningIT() {
    super(3);
  }

  @BeforeEach
  void start() throws IOException {
    other = PingBackend.start("NEW.");
  }

  @AfterEach
  void stop() throws IOException {
    other.close();
  }

  @Test
  void threeThatStartAtTheSameInstantAreOneCluster() throws IOException {
    cluster.start("m1", "m2", "m3");
    cluster.awaitWhole();
    assertThat(revisions()).containsOnly(1L);
  }

  @Test
  void aLateOneTakesTheClustersRevisionAndShowsThatItsFileIsNotInForce() throws IOException {
    cluster.start("m1", "m2");
    push(ConfigFixture.weighing(2, backend.port()));
    cluster.write("m3", ConfigFixture.to(other.port()));
    cluster.start("m3");
    FairleadProcess late = cluster.member("m3");
    assertThat(PingClient.pingOnce(late.port("web"))).isEqualTo("PONG");
    assertThat(revisions()).containsOnly(2L);
    assertThat(isFileInForce("m3")).isFalse();
    assertThat(fileConfig("m3").getString("author")).isEqualTo("http 127.0.0.1");
    // Its file, changed now, is a new revision for all.
    cluster.write("m3", ConfigFixture.weighing(3, other.port()));
    cluster.awaitRevision(3);
    for (FairleadProcess member : cluster.members()) {
      assertThat(PingClient.pingOnce(member.port("web"))).isEqualTo("NEW.");
    }
    assertThat(isFileInForce("m3")).isTrue();
    assertThat(isFileInForce("m1")).isFalse();
    assertThat(fileConfig("m1").getString("author")).isEqualTo("file:m3");
    sameChangeOfAllFiles();
  }

  /** As when one ConfigMap is mounted by all. */
  private void sameChangeOfAllFiles() throws IOException {
    for (String name : List.of("m1", "m2", "m3")) {
      cluster.write(name, ConfigFixture.weighing(4, backend.port()));
    }
    await().until(() -> isFileInForce("m1") && isFileInForce("m2") && isFileInForce("m3"));
    assertThat(revisions()).containsOnly(4L);
    assertThat(cluster.member("m2").json("/api/v1/config/history").getJsonArray("history"))
        .hasSize(4);
    // A later push stands, though each file still says something else.
    push(ConfigFixture.weighing(5, backend.port()));
    assertThat(revisions()).containsOnly(5L);
    assertThat(isFileInForce("m2")).isFalse();
  }

  @Test
  void aNameThatIsTakenGetsANumber() throws IOException {
    cluster.start("m1");
    FairleadProcess same = cluster.launch("m2", "--set", "node.name=m1").startReady(directory);
    try (same) {
      await().until(() -> cluster.member("m1").memberNames().equals(List.of("m1", "m1-2")));
      assertThat(same.json("/api/v1/status").getString("name")).isEqualTo("m1-2");
    }
  }

  @Test
  void aPortThatIsTakenEndsTheStart() throws IOException {
    int port = cluster.keys().ports().get(0);
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        FairleadProcess refused = cluster.launch("m1").start(directory)) {
      assertThat(refused.awaitExit()).isEqualTo(1);
      assertThat(refused.errLines())
          .containsExactly(
              cluster.file("m1")
                  + ": cluster.port: "
                  + taken.getLocalPort()
                  + " (expected: a free port)");
    }
  }

  /** As with members on one machine whose files differ in the port only. */
  @Test
  void anAddressOfTheClustersRevisionThatIsTakenIsNotBlamedOnTheFile() throws IOException {
    String bind = "127.0.0.1:" + FreePorts.next();
    cluster.write("m1", ConfigFixture.on(bind, backend.port()));
    cluster.start("m1");
    try (FairleadProcess refused = cluster.launch("m2").start(directory)) {
      assertThat(refused.awaitExit()).isEqualTo(1);
      assertThat(refused.errLines())
          .endsWith(
              "revision 1 of the cluster: listeners[0].bind: "
                  + bind
                  + " (expected: a free address)")
          .noneMatch(line -> line.startsWith("\tat "));
    }
  }

  private void push(String text) {
    assertThat(cluster.member("m1").push(text).statusCode()).isEqualTo(200);
  }

  private List<Long> revisions() {
    return cluster.members().stream().map(FairleadProcess::revision).toList();
  }

  private boolean isFileInForce(String member) {
    return fileConfig(member).getBoolean("fileInForce");
  }

  private JsonObject fileConfig(String member) {
    return cluster.member(member).json("/api/v1/status").getJsonObject("config");
  }
}
