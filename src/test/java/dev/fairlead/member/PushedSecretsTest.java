package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.testkit.Logs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that no way to change the configuration reads the environment of a member for whoever may
 * push. Pushes, sets, rolls back and restarts one member. A failure would be the password in an
 * answer, or a revision in force that uses it.
 */
class PushedSecretsTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String SECRET = "hunter2";
  private static final String POOL = "pools: [{ name: p, replies: { noBackend: '%s' }, backends: [";
  private static final String BACKEND = "{ host: 127.0.0.1, port: 9, weight: 2 }] }]\n";

  @TempDir private Path directory;

  private final Map<String, String> environment =
      new HashMap<>(Map.of("DB_PASSWORD", SECRET, "FAIRLEAD_REPLY", "east"));

  /** Answers of the admin listener, all of them. */
  private final StringBuilder seen = new StringBuilder();

  /** {@code log} is where its access log goes. */
  private Member start(String log) throws IOException {
    Path file = directory.resolve("fairlead.yaml");
    Files.writeString(
        file,
        """
        node:
          name: m1
          admin: { port: 0 }
          accessLog: { to: "%s" }
          logLevel: warn
          stateDir: state
        """
                .formatted(log)
            + POOL.formatted("")
            + BACKEND);
    return Member.start(file, new ConfigLoader(environment, List.of()));
  }

  private static void stop(Member member) {
    member.drain();
    member.drain().await();
    member.stop();
  }

  private int send(Member member, String method, String path, String type, String body)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + member.adminPort() + "/api/v1/" + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    seen.append(answer.body()).append('\n');
    return answer.statusCode();
  }

  private int push(Member member, String reply) throws IOException, InterruptedException {
    return send(member, "POST", "config", "application/yaml", POOL.formatted(reply) + BACKEND);
  }

  private static String replyOf(Member member) {
    return member.view().config().config().pools().get(0).replies().noBackend();
  }

  @Test
  void aPushDoesNotReadTheEnvironment() throws Exception {
    Member member = start("off");
    try {
      assertThat(push(member, "${DB_PASSWORD}")).isEqualTo(422);
      assertThat(seen).contains("another variable than DB_PASSWORD", "\"line\":1");
      assertThat(push(member, "${FAIRLEAD_REPLY}")).isEqualTo(200);
      assertThat(replyOf(member)).isEqualTo("east");
      send(member, "GET", "config", "application/json", "");
      assertThat(seen).contains("\"noBackend\":\"${FAIRLEAD_REPLY}\"").doesNotContain("east");
      assertThat(seen).doesNotContain(SECRET);
    } finally {
      stop(member);
    }
  }

  @Test
  void anAddressThatCannotBeBoundIsShownAsItIsWritten() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      environment.put("FAIRLEAD_PORT", String.valueOf(taken.getLocalPort()));
      environment.put("FAIRLEAD_HIDDEN", "hunter3");
      Member member = start("off");
      try {
        String[] binds = {
          "'127.0.0.1:${FAIRLEAD_PORT}'",
          "'unix:/${FAIRLEAD_HIDDEN}/x.sock'",
          "{ unix: '/${FAIRLEAD_HIDDEN}/x.sock', mode: '0600' }",
          "{ unix: " + directory.resolve("x.sock") + ", owner: '${FAIRLEAD_HIDDEN}' }"
        };
        for (String bind : binds) {
          String listener = "listeners: [{ name: l, pool: p, bind: " + bind + " }]\n";
          String text = listener + POOL.formatted("") + BACKEND;
          assertThat(send(member, "POST", "config", "application/yaml", text)).isEqualTo(422);
        }
        String flat =
            "{ host: 127.0.0.1, port: '${FAIRLEAD_PORT}', backends: [{ host: a, port: 1 }] }";
        assertThat(send(member, "POST", "config", "application/yaml", flat)).isEqualTo(422);
        assertThat(seen)
            .contains(
                "127.0.0.1:${FAIRLEAD_PORT} (expected: a free address)",
                "unix:/${FAIRLEAD_HIDDEN}/x.sock (expected: a path in a directory that is there)",
                "${FAIRLEAD_HIDDEN} (expected: a user of this machine)",
                "\"${FAIRLEAD_PORT} (expected: a free address)\"")
            .doesNotContain("hunter3", environment.get("FAIRLEAD_PORT"));
      } finally {
        stop(member);
      }
    }
  }

  @Test
  @Logs("in effect after a restart: node.accessLog")
  void aRevisionOfTheHistoryOrTheStateDirIsJudgedAsAnyOther() throws Exception {
    Member allows = start("${DB_PASSWORD}.log");
    try {
      assertThat(push(allows, "${DB_PASSWORD}")).isEqualTo(200);
      assertThat(replyOf(allows)).isEqualTo(SECRET);
    } finally {
      stop(allows);
    }
    assertThatThrownBy(() -> start("off").stop())
        .hasMessageContaining("another variable than DB_PASSWORD")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET));
    Member again = start("${DB_PASSWORD}.log");
    try {
      assertThat(push(again, "x")).isEqualTo(200);
      Files.writeString(
          directory.resolve("fairlead.yaml"),
          Files.readString(directory.resolve("fairlead.yaml"))
              .replace("${DB_PASSWORD}.log", "off"));
      again.reload();
      String set = "pools/p/backends/127.0.0.1:9";
      org.awaitility.Awaitility.await().until(() -> member(again).contains("node.accessLog"));
      assertThat(send(again, "PATCH", set, "application/json", "{\"weight\": 3}")).isEqualTo(200);
      String rollback = "{\"revision\": 2}";
      assertThat(send(again, "POST", "config/rollback", "application/json", rollback))
          .isEqualTo(422);
      send(again, "GET", "config/history", "application/json", "");
      assertThat(seen).contains("another variable than DB_PASSWORD").doesNotContain(SECRET);
      assertThat(replyOf(again)).isEqualTo("x");
    } finally {
      stop(again);
    }
  }

  /** The keys that need a restart: the file was read. */
  private static List<String> member(Member member) {
    return member.view().status().restartNeeded();
  }
}
