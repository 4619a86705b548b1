package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that what is asked over HTTP reaches the cluster's commands as it was meant, or is
 * refused with the key that is wrong. Provoked with a cluster that only records. A failure would
 * look like a change without a request, or a refusal without a reason.
 */
class AdminCommandsTest {
  private static final String BACKEND = "/api/v1/pools/web/backends/";

  private final AdminServer server = new AdminServer(null);

  @AfterEach
  void close() {
    server.close();
  }

  private HttpResponse<String> push(String query, String type, String... more) throws Exception {
    String[] headers =
        Stream.concat(Stream.of("Content-Type", type), Stream.of(more)).toArray(String[]::new);
    return server.sendBody("POST", "/api/v1/config" + query, "pools: []\n", headers);
  }

  private HttpResponse<String> json(String method, String path, String body, String... headers)
      throws Exception {
    Stream<String> all =
        Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(headers));
    return server.sendBody(method, path, body, all.toArray(String[]::new));
  }

  /** {@code path: message} of each. */
  private static List<String> problems(HttpResponse<String> answer) {
    return new JsonObject(answer.body())
        .getJsonArray("problems").stream()
            .map(each -> (JsonObject) each)
            .map(each -> each.getString("path") + ": " + each.getString("message"))
            .toList();
  }

  @Test
  void documentReachesTheClusterAsItWasWritten() throws Exception {
    HttpResponse<String> answer = push("", "application/yaml");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(answer.body())).isEqualTo(server.commands.answer.result());
    assertThat(server.commands.last())
        .isEqualTo(
            new FakeCluster.Said(
                "push",
                new JsonObject()
                    .put("config", "pools: []\n")
                    .put("format", "yaml")
                    .put("dryRun", false)
                    .put("author", "http 127.0.0.1"),
                "http 127.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, json",
    "application/json; charset=utf-8, json",
    "Application/YAML, yaml",
    "text/yaml, yaml",
    "application/x-yaml;charset=UTF-8, yaml",
    "application/toml, toml",
  })
  void contentTypeIsTheFormat(String type, String format) throws Exception {
    assertThat(push("", type).statusCode()).isEqualTo(200);
    assertThat(server.commands.last().body().getString("format")).isEqualTo(format);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/yaml; charset=latin1",
        "nonsense"
      })
  void otherContentTypeIsRefused(String type) throws Exception {
    assertThat(push("", type).statusCode()).isEqualTo(415);
    for (String path : List.of("/api/v1/config/rollback", "/api/v1/shutdown")) {
      assertThat(server.sendBody("POST", path, "{}", "Content-Type", type).statusCode())
          .isEqualTo(415);
    }
    assertThat(server.sendBody("PATCH", BACKEND + "a:1", "{}", "Content-Type", type).statusCode())
        .isEqualTo(415);
    assertThat(server.send("POST", "/api/v1/config", null).statusCode()).isEqualTo(415);
    assertThat(server.commands.said).isEmpty();
  }

  @Test
  void dryRunAuthorAndExpectedRevisionGoAlong() throws Exception {
    push("?dryRun=true&author=alice%20b&note=a%26b", "application/yaml", "If-Match", "\"7\"");
    JsonObject body = server.commands.last().body();
    assertThat(body.getBoolean("dryRun")).isTrue();
    assertThat(body.getString("author")).isEqualTo("alice b");
    assertThat(body.getString("note")).isEqualTo("a&b");
    assertThat(body.getLong("expect")).isEqualTo(7);
    push("?dryRun=false", "application/yaml", "If-Match", "12");
    assertThat(server.commands.last().body().getLong("expect")).isEqualTo(12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "W/\"7\"", "\"7", "seven", "-1", "\"7\", \"8\""})
  void expectedRevisionThatIsNoNumberIsRefused(String expect) throws Exception {
    HttpResponse<String> answer = push("", "application/yaml", "If-Match", expect);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(problems(answer).get(0)).startsWith("If-Match: " + expect + " (expected:");
    assertThat(server.commands.said).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"?dryrun=true, dryrun", "?dryRun=yes, dryRun", "?dryRun=, dryRun", "?x, x"})
  void misspeltParameterChangesNothing(String query, String named) throws Exception {
    HttpResponse<String> answer = push(query, "application/yaml");
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(problems(answer).get(0)).startsWith(named + ": ");
    assertThat(server.commands.said).isEmpty();
  }

  @Test
  @Logs("Answers - POST /api/v1/config failed")
  void refusalOfTheClusterIsTheAnswer() throws Exception {
    CommandException refusal =
        new CommandException(
            CommandException.PROBLEMS,
            List.of(
                new CommandProblem("pools[0].balance", 3, "best (expected: two-choices)", null),
                new CommandProblem("listeners[0].bind", 0, "0.0.0.0:80 (expected: free)", "m3")));
    server.commands.answer = Future.failedFuture(refusal);
    HttpResponse<String> answer = push("", "application/yaml");
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(new JsonObject(answer.body())).isEqualTo(refusal.toJson());
    for (int code : new int[] {401, 404, 409, 503}) {
      server.commands.answer = Future.failedFuture(new CommandException(code, "no"));
      assertThat(push("", "application/yaml").statusCode()).isEqualTo(code);
    }
    server.commands.answer = Future.failedFuture(new IllegalStateException("a bug"));
    assertThat(push("", "application/yaml").statusCode()).isEqualTo(500);
  }

  @Test
  void bodyIsBounded() throws Exception {
    String most = " ".repeat(16 * 1024 * 1024);
    HttpResponse<String> answer =
        server.sendBody("POST", "/api/v1/config", most, "Content-Type", "application/yaml");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(server.commands.last().body().getString("config")).hasSize(most.length());
    HttpResponse<String> tooLarge =
        server.sendBody("POST", "/api/v1/config", most + " ", "Content-Type", "application/yaml");
    assertThat(tooLarge.statusCode()).isEqualTo(413);
    assertThat(problems(tooLarge).get(0)).contains("at most 16 MiB");
  }

  @Test
  void ownRevisionNeedsNoCluster() throws Exception {
    assertThat(server.json("/api/v1/config")).isEqualTo(server.json("/api/v1/config?revision=7"));
    assertThat(server.commands.said).isEmpty();
  }

  @Test
  void olderRevisionComesFromTheCluster() throws Exception {
    JsonObject older = server.json("/api/v1/config?revision=5");
    assertThat(older.getLong("revision")).isEqualTo(5);
    assertThat(older.getString("text")).contains("# revision 5");
    assertThat(older.fieldNames()).isEqualTo(server.json("/api/v1/config").fieldNames());
    assertThat(server.get("/api/v1/config?revision=five").statusCode()).isEqualTo(422);
    server.commands.answer = Future.failedFuture(new CommandException(404, "no revision 6"));
    assertThat(server.get("/api/v1/config?revision=6").statusCode()).isEqualTo(404);
  }

  @Test
  void historyIsThatOfTheCluster() throws Exception {
    assertThat(server.json("/api/v1/config/history").getJsonArray("history")).hasSize(2);
  }

  @Test
  void rollbackNamesItsRevisionAndAuthor() throws Exception {
    assertThat(json("POST", "/api/v1/config/rollback", "{\"revision\": 5}").statusCode())
        .isEqualTo(200);
    assertThat(server.commands.last().body())
        .isEqualTo(new JsonObject().put("revision", 5).put("author", "http 127.0.0.1"));
    json("POST", "/api/v1/config/rollback", "{\"revision\": 5, \"author\": \"bob\"}");
    assertThat(server.commands.last().body().getString("author")).isEqualTo("bob");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unix:/run/a.sock",
        "unix:%2Frun%2Fa.sock",
        "unix%3A%2Frun%2Fa.sock",
        "unix:/run%2Fa.sock"
      })
  void backendsIdIsTheRestOfThePath(String path) throws Exception {
    assertThat(json("PATCH", BACKEND + path, "{\"weight\": 3}").statusCode()).isEqualTo(200);
    assertThat(server.commands.last().body())
        .isEqualTo(
            new JsonObject()
                .put("weight", 3)
                .put("author", "http 127.0.0.1")
                .put("pool", "web")
                .put("backend", "unix:/run/a.sock"));
    assertThat(server.commands.last().from()).isEqualTo("http 127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/pools/backends/backends/127.0.0.1:1, backends, 127.0.0.1:1",
    "/api/v1/pools/a+b/backends/%5B%3A%3A1%5D:80, a+b, [::1]:80",
    "/api/v1/pools/a%2Fb/backends/x:1, a/b, x:1",
  })
  void poolsNameIsOneSegment(String path, String pool, String backend) throws Exception {
    assertThat(json("PATCH", path, "{\"state\": \"draining\"}").statusCode()).isEqualTo(200);
    assertThat(server.commands.last().body())
        .isEqualTo(
            new JsonObject()
                .put("state", "draining")
                .put("author", "http 127.0.0.1")
                .put("pool", pool)
                .put("backend", backend));
  }

  @ParameterizedTest
  @CsvSource({
    "PATCH, /api/v1/pools/web/backends/a:1, weight",
    "POST, /api/v1/config/rollback, revision"
  })
  void expectedRevisionIsInTheHeaderOrInTheBody(String method, String path, String key)
      throws Exception {
    JsonObject body = new JsonObject().put(key, 3).put("note", "why").put("author", "bob");
    assertThat(json(method, path, body.encode(), "If-Match", "7").statusCode()).isEqualTo(200);
    JsonObject heard = server.commands.last().body();
    assertThat(heard.getLong("expect")).isEqualTo(7);
    assertThat(heard.getString("note")).isEqualTo("why");
    assertThat(heard.getString("author")).isEqualTo("bob");
    String both = body.put("expect", 8).encode();
    assertThat(json(method, path, both).statusCode()).isEqualTo(200);
    assertThat(server.commands.last().body().getLong("expect")).isEqualTo(8);
    HttpResponse<String> answer = json(method, path, both, "If-Match", "7");
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(problems(answer).get(0)).startsWith("expect: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PATCH | /api/v1/pools/web/backends/a:1 | {'weight': '3'} | weight: \"3\" (expected: 0 to",
        "PATCH | /api/v1/pools/web/backends/a:1 | {'weight': 1.5} | weight: 1.5 (expected: 0 to",
        "PATCH | /api/v1/pools/web/backends/a:1 | {'state': 1}    | state: 1 (expected: one of",
        "PATCH | /api/v1/pools/web/backends/a:1 | {'wait': 1}     | wait: unknown key (expected: o",
        "PATCH | /api/v1/pools/web/backends/a:1 | {'pool': 'x'}   | pool: unknown key (expected: i",
        "PATCH | /api/v1/pools/web/backends/a:1 | {}              | : nothing to set (expected: we",
        "PATCH | /api/v1/pools/web/backends/a:1 | []              | : (expected: a JSON object)",
        "PATCH | /api/v1/pools/web/backends/a:1 | {'weight': 1    | : not JSON (expected: a JSON",
        "POST  | /api/v1/config/rollback        | {}              | revision: missing (expected",
        "POST  | /api/v1/config/rollback        | {'revision': null} | revision: missing (expected",
        "POST  | /api/v1/config/rollback        | {'revision': 9e9}  | revision: 9.0E9 (expected",
        "POST  | /api/v1/shutdown               | {'grace': '3s'} | member: missing (expected:",
        "POST  | /api/v1/shutdown               | {'member': 3}   | member: 3 (expected: a text",
      })
  void wrongBodyIsRefusedByItsKey(String method, String path, String body, String problem)
      throws Exception {
    HttpResponse<String> answer = json(method, path, body.replace('\'', '"'));
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(problems(answer).get(0)).startsWith(problem);
    assertThat(server.commands.said).isEmpty();
  }

  @Test
  void everyProblemOfABodyIsToldAtOnce() throws Exception {
    assertThat(problems(json("POST", "/api/v1/shutdown", "{\"a\": 1, \"grace\": 2}"))).hasSize(3);
  }

  @Test
  void shutdownIsSaidNotDone() throws Exception {
    HttpResponse<String> answer =
        json("POST", "/api/v1/shutdown", "{\"member\": \"*\", \"grace\": \"3s\"}");
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(server.commands.last().body())
        .isEqualTo(new JsonObject().put("member", "*").put("grace", "3s"));
    assertThat(json("POST", "/api/v1/shutdown", "{\"member\": \"id-m1\"}").statusCode())
        .isEqualTo(202);
  }

  @Test
  void unknownMemberIsNotFound() throws Exception {
    HttpResponse<String> answer = json("POST", "/api/v1/shutdown", "{\"member\": \"m9\"}");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(problems(answer).get(0)).startsWith("member: m9 (expected:");
    assertThat(server.commands.said).isEmpty();
  }
}
