package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.event.SystemEvent;
import dev.fairlead.net.tls.ServedCertificates;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.Logs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminApiTest {
  private final AdminServer server = new AdminServer(null);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void readyMemberSaysSo() throws Exception {
    assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(server.json("/readyz")).isEqualTo(new JsonObject().put("ready", true));
  }

  @Test
  void memberThatIsNotReadySaysWhy() throws Exception {
    server.member.notReady = List.of("draining");
    assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
    assertThat(server.json("/readyz"))
        .isEqualTo(
            new JsonObject().put("ready", false).put("reasons", new JsonArray().add("draining")));
  }

  @Test
  void livenessFollowsTheEventLoops() throws Exception {
    assertThat(server.get("/livez").statusCode()).isEqualTo(200);
    server.member.live = false;
    assertThat(server.get("/livez").statusCode()).isEqualTo(503);
  }

  @Test
  void metricsArePrometheusText() throws Exception {
    HttpResponse<String> answer = server.get("/metrics");
    assertThat(answer.body()).isEqualTo("fairlead_members 1.0\n");
    assertThat(answer.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
  }

  @Test
  void statusShowsTheMember() throws Exception {
    JsonObject status = server.json("/api/v1/status");
    assertThat(status.fieldNames())
        .containsExactly(
            "id",
            "name",
            "version",
            "started",
            "uptimeSeconds",
            "transport",
            "eventLoops",
            "sessions",
            "maxSessions",
            "draining",
            "accessLog",
            "tls",
            "clustered",
            "revision",
            "listeners",
            "config",
            "tokenRole");
    assertThat(status.getJsonArray("listeners").getJsonObject(0).fieldNames())
        .containsExactly("name", "address");
    assertThat(status.getString("started")).isEqualTo("2026-11-22T09:00:00.000Z");
    assertThat(status.getLong("revision")).isEqualTo(7);
    assertThat(status.getJsonObject("config").getString("file")).isEqualTo("conf/fairlead.yaml");
    assertThat(status.getJsonObject("config").getBoolean("fileInForce")).isFalse();
    assertThat(status.getJsonObject("config").getString("author")).isEqualTo("file:fairlead.yaml");
    assertThat(status.getJsonObject("config").getJsonArray("problems")).hasSize(1);
    assertThat(status.getJsonObject("config").getJsonArray("restartNeeded"))
        .containsExactly("node.eventLoops");
  }

  @Test
  void everyMemberIsShown() throws Exception {
    server.member.members =
        List.of(FakeMember.info("m1", "10.0.0.1:5701"), FakeMember.info("m2", "10.0.0.2:5701"));
    JsonArray members = server.json("/api/v1/members").getJsonArray("members");
    assertThat(members).hasSize(2);
    assertThat(members.getJsonObject(1).fieldNames())
        .containsExactly(
            "id",
            "name",
            "address",
            "version",
            "started",
            "uptimeSeconds",
            "revision",
            "sessions",
            "ready",
            "draining");
    assertThat(members.getJsonObject(1).getString("address")).isEqualTo("10.0.0.2:5701");
    assertThat(members.getJsonObject(0).getLong("uptimeSeconds")).isNotNegative();
  }

  @Test
  void memberAloneHasNoAddress() throws Exception {
    JsonObject self = server.json("/api/v1/members").getJsonArray("members").getJsonObject(0);
    assertThat(self.getString("name")).isEqualTo("m1");
    assertThat(self.getValue("address")).isNull();
  }

  @Test
  void listenerShowsItsRealPort() throws Exception {
    JsonObject listener =
        server.json("/api/v1/listeners").getJsonArray("listeners").getJsonObject(0);
    assertThat(listener.getString("bind")).isEqualTo("127.0.0.1:0");
    assertThat(listener.getString("address")).isEqualTo("127.0.0.1:40123");
  }

  @Test
  void listenerShowsWhereItsClientsGo() throws Exception {
    JsonObject listener =
        server.json("/api/v1/listeners").getJsonArray("listeners").getJsonObject(0);
    assertThat(listener.getString("pool")).isEqualTo("web");
    assertThat(listener.getJsonArray("routes"))
        .containsExactly(
            new JsonObject(
                """
                {"sni": ["a.example"], "alpn": ["h2"], "source": ["10.0.0.0/8"], "pool": "web"}
                """));
  }

  @Test
  void certificatesShowWhenTheyExpireAndWhatIsNotInUse() throws Exception {
    Instant end = Instant.now().plus(Duration.ofDays(10)).plusSeconds(600);
    server.member.certificates =
        List.of(ServedCertificates.of("web", end, "a.example", "dns:a.example", "dns:*.b.example"));
    server.member.unusable =
        List.of(
            new MemberView.UnusableFiles("web", null, "clientCa: /ca.pem (expected: a file)"),
            new MemberView.UnusableFiles(null, "api", "ca: /ca.pem (expected: a file)"));
    JsonObject answer = server.json("/api/v1/certificates");
    JsonObject certificate = answer.getJsonArray("certificates").getJsonObject(0);
    assertThat(certificate.getString("serial")).matches("[0-9a-f]+");
    certificate.remove("serial");
    assertThat(certificate)
        .isEqualTo(
            new JsonObject()
                .put("listener", "web")
                .put("names", new JsonArray().add("a.example").add("*.b.example"))
                .put("issuer", "CN=Test CA")
                .put("expires", SystemEvent.TIME.format(end.truncatedTo(ChronoUnit.SECONDS)))
                .put("daysLeft", 10)
                .put("file", "/certs/a.example.pem"));
    assertThat(answer.getJsonArray("problems").getJsonObject(1))
        .isEqualTo(
            new JsonObject()
                .put("listener", null)
                .put("pool", "api")
                .put("message", "ca: /ca.pem (expected: a file)"));
    assertThat(answer.encode()).doesNotContain("PRIVATE");
  }

  @Test
  void statusNamesTheProviderOfTls() throws Exception {
    assertThat(server.json("/api/v1/status").getJsonObject("tls"))
        .isEqualTo(
            new JsonObject()
                .put("provider", "BoringSSL")
                .put("notes", new JsonArray().add("listener web: a note")));
  }

  @Test
  void poolShowsItsBackendsAndTheirCounts() throws Exception {
    Backend backend = server.member.pools.pool("web").backends().get(1);
    backend.trySelect();
    backend.failed();
    JsonObject pool = server.json("/api/v1/pools").getJsonArray("pools").getJsonObject(0);
    assertThat(pool.getString("name")).isEqualTo("web");
    assertThat(pool.getString("balance")).isEqualTo("two-choices");
    assertThat(pool.getJsonArray("backends").getJsonObject(1))
        .isEqualTo(
            new JsonObject()
                .put("id", "127.0.0.1:9002")
                .put("weight", 1)
                .put("state", "enabled")
                .put("healthy", true)
                .put("ejected", false)
                .put("active", 1)
                .put("clusterActive", 1)
                .put("total", 1)
                .put("failures", 1)
                .put("maxActive", 1)
                .put("downSeconds", 0)
                .put("downNowSeconds", 0)
                .putNull("lastCheck"));
  }

  @Test
  void sessionsComeNewestFirstAndLimited() throws Exception {
    server.member.session("old", 5000);
    server.member.session("new", 10);
    server.member.session("middle", 300);
    assertThat(ids("/api/v1/sessions")).containsExactly("new", "middle", "old");
    assertThat(ids("/api/v1/sessions?limit=2")).containsExactly("new", "middle");
    JsonObject session =
        server.json("/api/v1/sessions?limit=1").getJsonArray("sessions").getJsonObject(0);
    assertThat(session.getString("source")).isEqualTo("192.0.2.7:40001");
    assertThat(session.getString("started")).isEqualTo("2026-11-22T09:00:00.000Z");
    assertThat(session.getString("phase")).isEqualTo("relay");
  }

  private List<String> ids(String path) throws Exception {
    return server.json(path).getJsonArray("sessions").stream()
        .map(each -> ((JsonObject) each).getString("id"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "9999999999", ""})
  void limitThatIsNoNumberIsRefused(String limit) throws Exception {
    HttpResponse<String> answer = server.get("/api/v1/sessions?limit=" + limit);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(message(answer)).startsWith("limit: " + limit);
  }

  @Test
  void deletedSessionIsGoneAndAnUnknownOneIsNotFound() throws Exception {
    server.member.session("s1", 5);
    assertThat(server.send("DELETE", "/api/v1/sessions/s1", null).statusCode()).isEqualTo(204);
    assertThat(server.member.sessions).isEmpty();
    HttpResponse<String> again = server.send("DELETE", "/api/v1/sessions/s1", null);
    assertThat(again.statusCode()).isEqualTo(404);
    assertThat(message(again)).contains("s1");
  }

  @Test
  void configIsTheTextAndWhatItMeans() throws Exception {
    JsonObject config = server.json("/api/v1/config");
    assertThat(config.fieldNames())
        .containsExactly(
            "revision", "id", "time", "author", "from", "kind", "note", "format", "text", "config");
    assertThat(config.getString("text")).isEqualTo("pools: []\n");
    assertThat(config.getJsonObject("config")).isEqualTo(new JsonObject().put("pools", 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/api/v1/",
        "/api/v1/statuses",
        "/page/index.html",
        "/app.js",
        "/%2e%2e/x"
      })
  void unknownPathIsNotFound(String path) throws Exception {
    HttpResponse<String> answer = server.get(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(message(answer)).isEqualTo("there is nothing here");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /api/v1/status, 'GET, HEAD'",
    "DELETE, /metrics, 'GET, HEAD'",
    "OPTIONS, /, 'GET, HEAD'",
    "GET, /api/v1/sessions/s1, DELETE",
  })
  void otherMethodIsRefusedWithTheAllowedOnes(String method, String path, String allow)
      throws Exception {
    HttpResponse<String> answer = server.send(method, path, null);
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).hasValue(allow);
    assertThat(message(answer)).startsWith(method);
  }

  @Test
  @Logs("Answers - GET /api/v1/status failed")
  void bugIsAnErrorWithoutItsStackTrace() throws Exception {
    server.member.bug = new IllegalStateException("secret inside");
    HttpResponse<String> answer = server.get("/api/v1/status");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("secret", "Exception", "at dev.");
    assertThat(message(answer)).startsWith("internal error");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/livez", "/readyz", "/metrics", "/api/v1/pools"})
  void headIsGetWithoutTheBody(String path) throws Exception {
    HttpResponse<String> get = server.get(path);
    HttpResponse<String> head = server.send("HEAD", path, null);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String header : List.of("content-type", "content-length", "cache-control")) {
      assertThat(head.headers().firstValue(header))
          .as(header)
          .isPresent()
          .isEqualTo(get.headers().firstValue(header));
    }
  }

  @Test
  void apiIsNotToBeStoredAndPageMayNotLoadAnythingForeign() throws Exception {
    assertThat(server.get("/api/v1/status").headers().firstValue("cache-control"))
        .hasValue("no-store");
    HttpResponse<String> page = server.get("/");
    assertThat(page.headers().firstValue("content-security-policy"))
        .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'self';"));
    assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");
  }

  private static String message(HttpResponse<String> answer) {
    JsonObject problem = new JsonObject(answer.body()).getJsonArray("problems").getJsonObject(0);
    assertThat(problem.fieldNames()).containsExactly("path", "message");
    return problem.getString("message");
  }
}
