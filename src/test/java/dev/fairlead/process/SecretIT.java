package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.ClusteredVertx;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.SignedBody;
import dev.fairlead.testkit.TestRun;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a cluster with a secret takes neither members nor commands without it. Provoked by
 * members with another secret or none, and by an application whose commands are not signed, or
 * signed once and sent twice. A failure would look like a member that is let in, or a command that
 * is obeyed.
 */
@Tag("slow")
class SecretIT {
  private static final String SECRET = "correct horse battery staple";
  private static final String PUSH = "fairlead.config.push";

  /** In the line of a member about a process with another secret. */
  private static final String REFUSED = " (m3 at 127.0.0.1:";

  @TempDir private static Path directory;
  private static PingBackend backend;
  private static ClusterProcesses cluster;

  @BeforeAll
  static void startCluster() throws IOException {
    backend = PingBackend.start();
    Path secret = Files.writeString(directory.resolve("secret"), SECRET + "\n");
    cluster =
        new ClusterProcesses(directory, 3, ConfigFixture.to(backend.port()))
            .cluster("secretFile: " + secret);
    cluster.start("m1");
    cluster.start("m2");
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster.close();
    backend.close();
  }

  @Test
  void aMemberWithAnotherSecretIsNotLetIn() throws Exception {
    Path wrong = Files.writeString(directory.resolve("wrong"), "a secret of somebody else\n");
    assertRefused(
        "cluster.secretFile=" + wrong,
        "cluster.secretFile: another secret (expected: the secret of the members that are there)");
  }

  @Test
  void aMemberWithoutASecretIsNotLetIn() throws Exception {
    assertRefused(
        "cluster.secretFile=null",
        "cluster.secretFile: null (expected: the secret of the members that are there)");
  }

  /** It exits with one line, and the members, who never see it as one, log who it was. */
  private void assertRefused(String override, String line) throws Exception {
    long before = cluster.member("m1").logged(REFUSED);
    try (FairleadProcess refused =
        cluster.launch("m3", "--set", override).start(cluster.directory("m3"))) {
      while (!refused.process().waitFor(20, TimeUnit.MILLISECONDS)) {
        assertThat(cluster.member("m1").memberNames()).containsExactly("m1", "m2");
      }
      assertThat(refused.awaitExit()).isEqualTo(1);
      assertThat(refused.errLines()).containsExactly(cluster.file("m3") + ": " + line);
    }
    cluster.awaitWhole();
    assertThat(cluster.member("m2").logged("member m3")).isZero();
    assertThat(cluster.member("m1").logged(REFUSED)).isEqualTo(before + 1);
  }

  @Test
  void pushesOfMembersAreSigned() throws IOException {
    long before = cluster.member("m1").revision();
    String text = ConfigFixture.weighing(11, backend.port());
    assertThat(cluster.member("m2").push(text).statusCode()).isEqualTo(200);
    cluster.awaitRevision(before + 1);
  }

  @Test
  void unsignedCommandsAreRefusedAndCounted() {
    double before = refused();
    try (ClusteredVertx application = ClusteredVertx.joining(cluster.keys())) {
      assertUnsigned(
          application, PUSH, new JsonObject().put("config", "pools: []").put("format", "yaml"));
      assertUnsigned(application, "fairlead.config.rollback", new JsonObject().put("revision", 1));
      assertUnsigned(
          application,
          "fairlead.backend.set",
          new JsonObject().put("pool", "web").put("backend", "127.0.0.1:1").put("weight", 1));
      assertThat(refused()).isEqualTo(before + 3);
      application
          .vertx()
          .eventBus()
          .publish("fairlead.shutdown", new JsonObject().put("member", "*"));
      await().untilAsserted(() -> assertThat(refused()).isEqualTo(before + 5));
    }
    assertThat(cluster.members())
        .allSatisfy(member -> assertThat(member.process().isAlive()).isTrue());
    cluster.awaitWhole();
  }

  @Test
  void aSignedCommandIsTakenOnce() throws Exception {
    long before = cluster.member("m1").revision();
    String text = ConfigFixture.weighing(12, backend.port());
    JsonObject command = new JsonObject().put("config", text).put("format", "yaml");
    JsonObject body = SignedBody.of(SECRET, PUSH, command);
    try (ClusteredVertx application = ClusteredVertx.joining(cluster.keys())) {
      request(application, PUSH, body);
      cluster.awaitRevision(before + 1);
      for (int i = 0; i < 4; i++) {
        assertUnsigned(application, PUSH, body);
      }
    }
    assertThat(cluster.member("m2").revision()).isEqualTo(before + 1);
    cluster.awaitWhole();
  }

  private static void assertUnsigned(ClusteredVertx application, String address, JsonObject body) {
    assertThatThrownBy(() -> request(application, address, body))
        .isInstanceOfSatisfying(
            ReplyException.class,
            e -> assertThat(e.failureCode()).as(e.getMessage()).isEqualTo(401));
  }

  private static void request(ClusteredVertx application, String address, JsonObject body)
      throws Exception {
    application
        .vertx()
        .eventBus()
        .request(address, body, new DeliveryOptions().addHeader("node", application.id()))
        .await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** By all members. */
  private static double refused() {
    return cluster.members().stream()
        .mapToDouble(member -> member.metric("fairlead_commands_refused_total"))
        .sum();
  }
}
