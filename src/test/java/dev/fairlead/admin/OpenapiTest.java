package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminRoutes.Endpoint;
import dev.fairlead.net.tls.ServedCertificates;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Holds {@code openapi.yaml} to the routes there are, in both directions. */
class OpenapiTest {
  /** Fields that are absent where they do not apply. */
  private static final Set<String> OPTIONAL =
      Set.of("unchanged", "peer", "port", "member", "agent", "Listener.clusterActive");

  private static final Set<String> STREAMS = Set.of("/api/v1/events", "/api/v1/live");

  private static final Map<String, String> BODIES =
      Map.of(
          "POST /api/v1/config/rollback", "{\"revision\": 3}",
          "PATCH /api/v1/listeners/{name}", "{\"connections\": 3}",
          "PATCH /api/v1/pools/{name}", "{\"connections\": 3}",
          "PATCH /api/v1/pools/{pool}/backends/{id}", "{\"weight\": 3}",
          "POST /api/v1/pools/{pool}/end", "{\"backend\": \"127.0.0.1:9001\"}",
          "POST /api/v1/shutdown", "{\"member\": \"m1\"}");

  private final PageFiles files = new PageFiles();
  private final Map<?, ?> described =
      (Map<?, ?>)
          new Load(LoadSettings.builder().build())
              .loadFromInputStream(getClass().getResourceAsStream("/openapi.yaml"));

  private List<String> describedRoutes() {
    List<String> routes = new ArrayList<>();
    ((Map<?, ?>) described.get("paths"))
        .forEach(
            (path, operations) ->
                ((Map<?, ?>) operations)
                    .keySet()
                    .forEach(
                        method ->
                            routes.add(method.toString().toUpperCase(Locale.ROOT) + " " + path)));
    return routes;
  }

  private AdminRoutes routes() {
    FakeMember member = new FakeMember();
    return new AdminRoutes(
        new AdminVerticle.MemberAccess(
            member,
            () -> "",
            new FakeCluster(),
            new FakeEvents(),
            new FakeTraffic().access(null, member)),
        files);
  }

  @Test
  void endpointsAndDescriptionAreTheSame() {
    List<String> endpoints =
        Stream.concat(routes().open().stream(), routes().guarded().stream())
            .map(OpenapiTest::described)
            .toList();
    assertThat(describedRoutes()).containsExactlyInAnyOrderElementsOf(endpoints);
  }

  private static String described(Endpoint endpoint) {
    return endpoint.method() + " " + described(endpoint.path());
  }

  private static String described(String path) {
    return path.replaceAll(":([a-z]+)", "{$1}").replaceAll("/backends/\\*?$", "/backends/{id}");
  }

  @Test
  void everyPathOfTheApiHasItsHeadingInTheDocs() throws Exception {
    List<String> headings =
        Files.readAllLines(Path.of("docs/api.md")).stream()
            .filter(line -> line.startsWith("### "))
            .map(line -> line.substring("### ".length()))
            .toList();
    assertThat(headings)
        .containsExactlyInAnyOrderElementsOf(
            describedRoutes().stream().filter(route -> route.contains(" /api/")).toList());
  }

  @Test
  void routerHasNoPathThatIsNotDescribed() {
    Vertx vertx = Vertx.vertx();
    try {
      List<String> paths =
          routes().router(vertx, RoutingContext::next).getRoutes().stream()
              .map(Route::getPath)
              .filter(path -> path != null)
              .map(OpenapiTest::described)
              .distinct()
              .toList();
      assertThat(((Map<?, ?>) described.get("paths")).keySet())
          .map(Object::toString)
          .containsExactlyInAnyOrderElementsOf(paths);
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void everyDescribedRouteAnswers() throws Exception {
    try (AdminServer server = new AdminServer(null)) {
      server.member.session("s1", 5);
      for (String route : describedRoutes()) {
        String[] parts = route.split(" ", 2);
        // A stream of events has no end; its head has.
        String method = STREAMS.contains(parts[1]) ? "HEAD" : parts[0];
        String path =
            parts[1]
                .replace("{id}", "s1")
                .replace("{pool}", "web")
                .replace("{file}", "app.js")
                .replace("{name}", "web")
                .replace("/explain", "/explain?listener=web");
        String body = BODIES.getOrDefault(route, "{}");
        HttpResponse<String> answer =
            server.sendBody(method, path, body, "Content-Type", "application/json");
        assertThat(answer.statusCode()).as(route).isBetween(200, 299);
      }
    }
  }

  @Test
  void bodiesHaveTheFieldsThatAreDescribed() throws Exception {
    try (AdminServer server = new AdminServer(null)) {
      server.member.session("s1", 5);
      server.member.certificates =
          List.of(ServedCertificates.of("web", Instant.now(), "a.example"));
      server.member.unusable = List.of(new MemberView.UnusableFiles("web", null, "a problem"));
      assertFields("Status", server.json("/api/v1/status"));
      assertFields("Config", server.json("/api/v1/config"));
      assertFields("PastRevision", first(server, "config/history", "history"));
      // With the field that is absent when there is a new revision.
      JsonObject pushed = new JsonObject().put("revision", 8).put("unchanged", true);
      assertFields("Pushed", pushed.mergeIn(server.commands.answer.result()));
      assertFields("Member", first(server, "members"));
      assertFields("Listener", first(server, "listeners?scope=cluster", "listeners"));
      assertFields("Session", first(server, "sessions?scope=cluster", "sessions"));
      assertFields("Series", server.json("/api/v1/series"));
      assertFields("Certificate", first(server, "certificates"));
      assertFields("UnusableFiles", first(server, "certificates", "problems"));
      Backend told = server.member.pools.pool("web").backends().get(0);
      told.agent(AgentState.NONE.told("drain"));
      JsonObject pool = first(server, "pools");
      assertFields("Pool", pool);
      assertFields("Backend", pool.getJsonArray("backends").getJsonObject(0));
    }
  }

  private static JsonObject first(AdminServer server, String list) throws Exception {
    return first(server, list, list);
  }

  private static JsonObject first(AdminServer server, String path, String list) throws Exception {
    return server.json("/api/v1/" + path).getJsonArray(list).getJsonObject(0);
  }

  private void assertFields(String schema, JsonObject body) {
    Map<?, ?> components = (Map<?, ?>) described.get("components");
    Map<?, ?> type = (Map<?, ?>) ((Map<?, ?>) components.get("schemas")).get(schema);
    assertThat(((Map<?, ?>) type.get("properties")).keySet())
        .as(schema)
        .map(Object::toString)
        .containsExactlyElementsOf(body.fieldNames());
    assertThat((List<?>) type.get("required"))
        .as(schema)
        .hasSize(
            body.size()
                - (int)
                    body.fieldNames().stream()
                        .filter(
                            field ->
                                OPTIONAL.contains(field) || OPTIONAL.contains(schema + "." + field))
                        .count());
  }
}
