package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.TestCa;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a push which one member's machine can't do is refused for all, by that member's name
 * and reason. Provoked by what only m3 lacks: a variable, a port, a directory. A failure would look
 * like members that differ, or that keep something of what was refused.
 */
class RefusedPushIT {
  @TempDir private static Path directory;
  private static PingBackend backend;
  private static ClusterProcesses cluster;

  /** What m3's port is for {@code ${FAIRLEAD_PORT}}; the others have one each that is free. */
  private static ServerSocket taken;

  private static final Map<String, Integer> FREE = new HashMap<>();

  /** Where {@link ConfigFixture} has the listener. */
  private static final int LISTENER_LINE = 2;

  private List<MemberState> before;

  @BeforeAll
  static void startCluster() throws IOException {
    backend = PingBackend.start();
    taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    cluster = new ClusterProcesses(directory, 3, ConfigFixture.to(backend.port()));
    for (String name : List.of("m1", "m2")) {
      FREE.put(name, FreePorts.next());
      cluster.environment(name, "FAIRLEAD_PORT", FREE.get(name));
      cluster.environment(name, "FAIRLEAD_BACKEND", backend.port());
      cluster.environment(
          name, "FAIRLEAD_SOCKETS", Files.createDirectory(directory.resolve("s" + name)));
    }
    cluster.environment("m3", "FAIRLEAD_PORT", taken.getLocalPort());
    cluster.environment("m3", "FAIRLEAD_SOCKETS", directory.resolve("missing"));
    cluster.startAll();
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster.close();
    taken.close();
    backend.close();
  }

  @BeforeEach
  void look() {
    before = MemberState.ofAll(cluster.members());
  }

  @AfterEach
  void nothingHasChangedAndEverythingWorks() throws IOException {
    assertThat(MemberState.ofAll(cluster.members())).isEqualTo(before);
    for (FairleadProcess member : cluster.members()) {
      assertThat(PingClient.pingOnce(member.port("web"))).isEqualTo("PONG");
      assertThat(member.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void forAVariableThatOnlyOneLacks() {
    String text =
        ConfigFixture.to(backend.port())
            .replace("port: " + backend.port(), "port: '${FAIRLEAD_BACKEND}'");
    JsonObject problem = onlyProblem(cluster.member("m1").push(text));
    assertThat(problem.getString("path")).isEqualTo("pools[0].backends[0].port");
    assertThat(problem.getString("message")).contains("BACKEND");
  }

  @Test
  void forAPortThatOnlyThereIsTaken() throws IOException {
    String text = ConfigFixture.on("127.0.0.1:${FAIRLEAD_PORT}", backend.port());
    JsonObject problem = onlyProblem(cluster.member("m2").push(text));
    assertThat(problem.getString("path")).isEqualTo("listeners[0].bind");
    assertThat(problem.getInteger("line")).isEqualTo(LISTENER_LINE);
    assertThat(problem.getString("message"))
        .isEqualTo("127.0.0.1:${FAIRLEAD_PORT} (expected: a free address)");
    for (int port : FREE.values()) {
      // Members that had prepared it release the address after the refusal.
      await()
          .untilAsserted(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close());
    }
  }

  @Test
  void forAUnixSocketInADirectoryThatOnlyThereIsMissing() {
    String text = ConfigFixture.on("unix:${FAIRLEAD_SOCKETS}/web.sock", backend.port());
    JsonObject problem = onlyProblem(cluster.member("m1").push(text));
    assertThat(problem.getString("path")).isEqualTo("listeners[0].bind");
    assertThat(problem.getString("message"))
        .isEqualTo(
            "unix:${FAIRLEAD_SOCKETS}/web.sock (expected: a path in a directory that is there)");
    assertThat(directory.resolve("sm1")).isDirectoryNotContaining("glob:**.sock");
    assertThat(directory.resolve("sm2")).isDirectoryNotContaining("glob:**.sock");
  }

  @Test
  void forACertificateThatOnlyThereIsMissing() throws IOException {
    TestCa.Issued issued = TestCa.root("Test CA").issue("web", "dns:web.example");
    for (String member : List.of("sm1", "sm2")) {
      Files.writeString(directory.resolve(member).resolve("web.pem"), issued.pem());
    }
    String text =
        ConfigFixture.on("127.0.0.1:${FAIRLEAD_PORT}", backend.port())
            .replace(
                "pool: web }",
                "pool: web, tls: { certificates: [{ cert: '${FAIRLEAD_SOCKETS}/web.pem' }] } }");
    JsonObject problem = onlyProblem(cluster.member("m1").push(text));
    assertThat(problem.getString("path")).isEqualTo("listeners[0].tls.certificates[0].cert");
    assertThat(problem.getInteger("line")).isEqualTo(LISTENER_LINE);
    assertThat(problem.getString("message"))
        .isEqualTo("${FAIRLEAD_SOCKETS}/web.pem (expected: a file that can be read)");
  }

  @Test
  void whicheverMemberIsAsked() {
    String text = ConfigFixture.on("127.0.0.1:${FAIRLEAD_PORT}", backend.port());
    for (FairleadProcess member : cluster.members()) {
      onlyProblem(member.push(text));
    }
  }

  @Test
  void andTheCommandSaysWhoAndWhy() throws IOException {
    String text = ConfigFixture.on("127.0.0.1:${FAIRLEAD_PORT}", backend.port());
    Path file = ConfigFixture.file(directory, text);
    String admin = "http://127.0.0.1:" + cluster.member("m1").adminPort();
    FairleadProcess push =
        FairleadProcess.call(directory, "push", file.toString(), "--admin", admin);
    assertThat(push.process().exitValue()).isEqualTo(1);
    assertThat(push.outLines()).isEmpty();
    assertThat(push.errLines())
        .containsExactly(
            file
                + ":2: member m3: listeners[0].bind: 127.0.0.1:${FAIRLEAD_PORT}"
                + " (expected: a free address)");
  }

  @Test
  void andAMistakeIsToldWithItsLine() {
    String text = ConfigFixture.to(backend.port()).replace("host:", "hots:");
    HttpResponse<String> answer = cluster.member("m1").push(text);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(problems(answer))
        .anySatisfy(
            problem -> {
              assertThat(problem.getString("message")).contains("did you mean \"host\"?");
              assertThat(problem.getInteger("line")).isEqualTo(6);
            });
  }

  /** The only problem, which is of m3. */
  private static JsonObject onlyProblem(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    List<JsonObject> problems = problems(answer);
    assertThat(problems).as(answer.body()).hasSize(1);
    assertThat(problems.get(0).getString("member")).isEqualTo("m3");
    return problems.get(0);
  }

  private static List<JsonObject> problems(HttpResponse<String> answer) {
    return new JsonObject(answer.body())
        .getJsonArray("problems").stream().map(JsonObject.class::cast).toList();
  }
}
