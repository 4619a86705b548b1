package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that {@code drain} takes a backend or a listener out of a cluster of three and loses
 * nothing: no new sessions on any member, live ones finish, the rest is ended, others are
 * untouched, and the exit code tells whether it is empty. Provoked with sessions held through every
 * member. A failure would look like a client that still gets in, exit code 0 with sessions left, or
 * a session of the other listener that ends.
 */
@Tag("slow")
class DrainCommandIT {
  private static final List<String> NAMES = List.of("m1", "m2", "m3");

  @TempDir private Path directory;
  private final List<TestConnection> clients = new ArrayList<>();

  /** By member and listener: ports do not change, and are not shown while nothing is bound. */
  private final Map<String, Integer> ports = new HashMap<>();

  private TestBackend backend;
  private ClusterProcesses cluster;

  @BeforeEach
  void start() throws IOException {
    backend = TestBackend.echo();
    cluster = new ClusterProcesses(directory, 3, document(""));
    cluster.startAll();
    learnPorts();
  }

  private void learnPorts() {
    for (FairleadProcess each : cluster.members()) {
      for (String listener : List.of("web", "other")) {
        ports.put(each.adminPort() + listener, each.port(listener));
      }
    }
  }

  private String document(String state) {
    return """
        listeners:
          - { name: web, bind: "127.0.0.1:0", pool: web%s }
          - { name: other, bind: "127.0.0.1:0", pool: web }
        pools:
          - name: web
            backends:
              - { %s }
        """
        .formatted(state, backend.keys());
  }

  @AfterEach
  void stop() throws IOException {
    for (TestConnection each : clients) {
      each.close();
    }
    cluster.close();
    backend.close();
  }

  @Test
  void listenerIsDrainedOnAllMembers() throws IOException {
    List<TestConnection> held = NAMES.stream().map(each -> connect(each, "web")).toList();
    List<TestConnection> others = NAMES.stream().map(each -> connect(each, "other")).toList();
    try (FairleadProcess drain =
        command("m1", "drain", "listener", "web", "--wait", "5s", "--close-over", "2s")) {
      awaitLine(drain, "3 sessions left");
      for (String each : NAMES) {
        assertThatThrownBy(() -> open(each, "web")).isInstanceOf(ConnectException.class);
        JsonObject shown = listener(each, "web");
        assertThat(shown.getString("state")).isEqualTo("draining");
        assertThat(shown.getString("address")).isNull();
        assertThat(cluster.member(each).get("/readyz").statusCode()).isEqualTo(200);
      }
      held.get(0).close();
      awaitLine(drain, "2 sessions left");
      assertThat(drain.awaitExit()).as(drain.errLines().toString()).isZero();
      assertThat(drain.outLines())
          .containsSubsequence(
              "listener web is draining",
              "3 sessions left",
              "2 sessions left",
              "ending 2 sessions over 2s",
              "2 sessions left",
              "listener web has no session any more");
    }
    held.get(1).expectEof();
    held.get(2).expectEof();
    for (TestConnection each : others) {
      ping(each);
    }
    assertThat(call("m3", "explain", "--listener", "web").outLines().get(0))
        .isEqualTo("listener web is draining, it takes no client");
    assertThat(call("m2", "set", "listener", "web", "--state", "enabled").outLines())
        .containsExactly("revision 3: listener web state enabled");
    cluster.awaitRevision(3);
    learnPorts();
    NAMES.forEach(each -> connect(each, "web"));
  }

  @Test
  void drainOfListenerIsUndoneByPushAndNamed() throws IOException {
    assertThat(call("m1", "drain", "listener", "web").outLines())
        .containsExactly("listener web is draining", "listener web has no session any more");
    call("m2", "set", "pool", "web", "--connections", "7");
    JsonObject answer = new JsonObject(cluster.member("m3").push(document("")).body());
    assertThat(answer.getJsonArray("undone").stream().map(Object::toString))
        .containsExactly(
            "{\"listener\":\"web\",\"state\":\"draining\"}",
            "{\"pool\":\"web\",\"connections\":7}");
    assertThat(call("m1", "config", "rollback", "3").outLines().get(0)).startsWith("revision 5");
    assertThat(
            call("m1", "config", "history").outLines().stream()
                .map(each -> each.split(" +", -1)[2]))
        .containsExactly("KIND", "rollback", "push", "set", "set", "file");
  }

  @Test
  void endedDrainLeavesWhatIsSaid() throws Exception {
    List<TestConnection> held = NAMES.stream().map(each -> connect(each, "web")).toList();
    try (FairleadProcess drain = command("m1", "drain", "listener", "web", "--wait", "60s")) {
      awaitLine(drain, "3 sessions left");
      drain.signal("INT");
      assertThat(drain.awaitExit()).isEqualTo(130);
    }
    assertThat(listener("m2", "web").getString("state")).isEqualTo("draining");
    for (TestConnection each : held) {
      ping(each);
    }
    try (FairleadProcess drain =
        command("m1", "drain", "listener", "web", "--wait", "0s", "--close-over", "10h")) {
      awaitLine(drain, "ending 3 sessions over 10h");
      assertThat(call("m2", "set", "listener", "web", "--state", "enabled").awaitExit()).isZero();
      cluster.kill("m3");
      awaitLine(drain, "2 sessions left");
      drain.signal("INT");
      drain.awaitExit();
    }
  }

  @Test
  void backendIsDrainedWhileMemberDies() throws IOException {
    List<TestConnection> held = NAMES.stream().map(each -> connect(each, "web")).toList();
    String target = "web/127.0.0.1:" + backend.port();
    try (FairleadProcess drain =
        command("m1", "drain", target, "--wait", "8s", "--close-over", "1s")) {
      awaitLine(drain, "3 sessions left");
      held.get(0).close();
      awaitLine(drain, "2 sessions left");
      cluster.kill("m3");
      awaitLine(drain, "1 session left");
      assertThat(drain.awaitExit()).as(drain.errLines().toString()).isZero();
    }
    held.get(1).expectEof();
  }

  @Test
  void sessionsOfBackendThatWasRemovedMeanwhileCount() throws IOException {
    NAMES.forEach(each -> connect(each, "web"));
    String target = "web/127.0.0.1:" + backend.port();
    try (FairleadProcess drain =
        command("m1", "drain", target, "--wait", "4s", "--close-over", "1s")) {
      awaitLine(drain, "3 sessions left");
      String without = document("").replaceAll("backends:\n.*\n", "backends: []\n");
      assertThat(cluster.member("m2").push(without).statusCode()).isEqualTo(200);
      assertThat(drain.awaitExit()).isEqualTo(1);
      assertThat(drain.outLines()).doesNotContain(target + " has no session any more");
    }
  }

  @Test
  void whatDoesNotExistIsRefused() throws IOException {
    FairleadProcess listener = call("m1", "drain", "listener", "wbe");
    assertThat(listener.awaitExit()).isEqualTo(1);
    assertThat(listener.errLines())
        .containsExactly("listener: wbe (expected: the name of a listener: web, other)");
    FairleadProcess pool = call("m1", "drain", "wbe/127.0.0.1:1");
    assertThat(pool.awaitExit()).isEqualTo(1);
    assertThat(pool.errLines()).containsExactly("pool: wbe (expected: the name of a pool: web)");
    FairleadProcess none = call("m1", "drain", "web/127.0.0.1:1");
    assertThat(none.errLines().get(0)).startsWith("backend: 127.0.0.1:1 (expected: the id of");
    FairleadProcess nobody =
        FairleadProcess.call(
            directory, "drain", "listener", "web", "--admin", "http://127.0.0.1:1");
    assertThat(nobody.awaitExit()).isEqualTo(1);
    assertThat(nobody.errLines()).hasSize(1);
    assertThat(call("m1", "drain").awaitExit()).isEqualTo(2);
    assertThat(call("m1", "drain", "listener", "web", "--wait", "5").awaitExit()).isEqualTo(2);
    assertThat(cluster.member("m2").revision()).isEqualTo(1);
  }

  private FairleadProcess call(String member, String... arguments) throws IOException {
    try (FairleadProcess called = command(member, arguments)) {
      called.awaitExit();
      return called;
    }
  }

  private FairleadProcess command(String member, String... arguments) throws IOException {
    String url = "http://127.0.0.1:" + cluster.member(member).adminPort();
    return Launch.jar(
            Stream.concat(Stream.of(arguments), Stream.of("--admin", url)).toArray(String[]::new))
        .withJvm("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .start(directory);
  }

  private static void awaitLine(FairleadProcess command, String line) {
    await(line).until(() -> command.outLines().contains(line) || !command.process().isAlive());
    assertThat(command.outLines()).as(command.errLines().toString()).contains(line);
  }

  private JsonObject listener(String member, String name) {
    return cluster.member(member).list("listeners").stream()
        .filter(each -> name.equals(each.getString("name")))
        .findFirst()
        .orElseThrow();
  }

  private TestConnection open(String member, String listener) throws IOException {
    int port = ports.get(cluster.member(member).adminPort() + listener);
    return TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private TestConnection connect(String member, String listener) {
    try {
      TestConnection client = open(member, listener);
      clients.add(client);
      ping(client);
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void ping(TestConnection client) throws IOException {
    client.send("ping");
    client.expect("ping");
  }
}
