package dev.fairlead.admin;

import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.event.RevisionJson;
import io.netty.util.NetUtil;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All paths of the admin listener and their handlers. Paths and bodies are API, described by {@code
 * openapi.yaml}. Handlers run on the event loop of the request.
 */
final class AdminRoutes {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  /** Of the page, whose scripts and styles are files; of data, which no browser should execute. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'";

  private static final long MAX_BODY_BYTES = 16 * 1024 * 1024;

  private final AdminVerticle.MemberAccess access;
  private final MemberView member;
  private final CommandRoutes commands;
  private final LiveRoutes live;
  private final PageFiles page;

  AdminRoutes(AdminVerticle.MemberAccess access, PageFiles page) {
    this.access = access;
    this.member = access.member();
    this.commands = new CommandRoutes(member, access.commands());
    this.live = new LiveRoutes(member, access.events(), access.live());
    this.page = page;
  }

  /** Handles {@code method} on {@code path}; path parameters are written {@code :name}. */
  record Endpoint(HttpMethod method, String path, Handler<RoutingContext> handler) {}

  /** Endpoints that never need the token. */
  List<Endpoint> open() {
    return List.of(
        get("/livez", this::livez),
        get("/readyz", this::readyz),
        get("/metrics", this::metrics),
        get("/", page.html()),
        get("/page/:file", page.file()));
  }

  /** Endpoints behind the guard: they need the token, if one is configured. */
  List<Endpoint> guarded() {
    return Stream.concat(views().stream(), commands.endpoints().stream()).toList();
  }

  private List<Endpoint> views() {
    return List.of(
        get("/api/v1/status", this::status),
        get(
            "/api/v1/members",
            ctx -> Answers.jsonMade(ctx, () -> ApiJson.members(member.members()))),
        get("/api/v1/listeners", live::listeners),
        get(
            "/api/v1/certificates",
            ctx -> Answers.jsonMade(ctx, () -> ApiJson.certificates(member, Instant.now()))),
        get("/api/v1/pools", ctx -> Answers.jsonMade(ctx, () -> ApiJson.pools(member))),
        get("/api/v1/explain", this::explain),
        get("/api/v1/live", live::live),
        get("/api/v1/series", live::series),
        get("/api/v1/sessions", live::sessions),
        new Endpoint(HttpMethod.DELETE, "/api/v1/sessions/:id", live::closeSession),
        get("/api/v1/config", this::config),
        get("/api/v1/config/schema.json", page.schema()),
        get("/api/v1/events", ctx -> EventStream.open(ctx, access.events())),
        get("/api/v1/openapi.yaml", page.openapi()));
  }

  /** Requests that {@code guard} does not pass on reach the open endpoints only. */
  Router router(Vertx vertx, Handler<RoutingContext> guard) {
    Router router = Router.router(vertx);
    router.route().failureHandler(Answers::failure).handler(AdminRoutes::began);
    router.route().handler(ChangeAudit.handler(System::nanoTime)).handler(new RequestCheck());
    mount(router, open());
    router
        .route()
        .handler(guard)
        .handler(TokenRole::check)
        .handler(this::awaitConfig)
        .handler(RequestReader::refuseForms);
    router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
    router.route().handler(AdminRoutes::serve);
    mount(router, guarded());
    router.route().handler(ctx -> Answers.problem(ctx, 404, "there is nothing here"));
    return router;
  }

  private static Endpoint get(String path, Handler<RoutingContext> handler) {
    return new Endpoint(HttpMethod.GET, path, handler);
  }

  /** Has browsers neither frame, guess, keep nor leak what is answered. */
  static void protect(HttpServerResponse response) {
    response
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
  }

  private static void began(RoutingContext ctx) {
    AdminConnections.began(ctx);
    ctx.next();
  }

  private static void serve(RoutingContext ctx) {
    AdminConnections.serving(ctx);
    ctx.next();
  }

  private static void mount(Router router, List<Endpoint> endpoints) {
    for (Endpoint endpoint : endpoints) {
      for (HttpMethod method : methods(endpoint)) {
        router.route(method, endpoint.path()).handler(endpoint.handler());
      }
    }
    endpoints.stream()
        .collect(Collectors.groupingBy(Endpoint::path))
        .forEach((path, all) -> refuseOtherMethods(router, path, all));
  }

  private static List<HttpMethod> methods(Endpoint endpoint) {
    return endpoint.method().equals(HttpMethod.GET)
        ? List.of(HttpMethod.GET, HttpMethod.HEAD)
        : List.of(endpoint.method());
  }

  private static void refuseOtherMethods(Router router, String path, List<Endpoint> endpoints) {
    Set<String> allowed = new TreeSet<>();
    endpoints.forEach(endpoint -> methods(endpoint).forEach(each -> allowed.add(each.name())));
    String allow = String.join(", ", allowed);
    router
        .route(path)
        .handler(
            ctx -> {
              ctx.response().putHeader(HttpHeaders.ALLOW, allow);
              Answers.problem(ctx, 405, ctx.request().method() + " (expected: " + allow + ")");
            });
  }

  /** The admin listener starts before the first configuration is in force. */
  private void awaitConfig(RoutingContext ctx) {
    if (member.isConfigured()) {
      ctx.next();
    } else {
      Answers.problem(ctx, 503, "starting, no configuration is in force yet");
    }
  }

  private void livez(RoutingContext ctx) {
    boolean live = member.isLive();
    Answers.json(ctx, live ? 200 : 503, new JsonObject().put("live", live));
  }

  private void readyz(RoutingContext ctx) {
    List<String> reasons = member.notReadyReasons();
    JsonObject body = new JsonObject().put("ready", reasons.isEmpty());
    if (!reasons.isEmpty()) {
      body.put("reasons", new JsonArray(reasons));
    }
    Answers.json(ctx, reasons.isEmpty() ? 200 : 503, body);
  }

  private void status(RoutingContext ctx) {
    TokenRole role = TokenRole.in(ctx);
    Answers.jsonMade(ctx, () -> ApiJson.status(member).put("tokenRole", role.label()));
  }

  private void metrics(RoutingContext ctx) {
    Answers.sendMade(ctx, PROMETHEUS_TEXT, () -> Buffer.buffer(access.metrics().get()));
  }

  private void config(RoutingContext ctx) {
    commands.revision(
        ctx, ctx.request().getParam("revision"), own -> Answers.jsonMade(own, this::ownConfig));
  }

  private JsonObject ownConfig() {
    MemberView.InForce inForce = member.config();
    return RevisionJson.whole(inForce.revision(), inForce.shown().get());
  }

  private void explain(RoutingContext ctx) {
    String listener = ctx.request().getParam("listener");
    String source = ctx.request().getParam("source");
    if (listener == null) {
      Answers.problem(ctx, 422, "listener: missing (expected: the name of a listener)");
      return;
    }
    InetAddress address =
        source == null ? null : NetUtil.createInetAddressFromIpAddressString(source);
    if (source != null && address == null) {
      Answers.problem(ctx, 422, "source: " + source + " (expected: an IP address)");
      return;
    }
    String port = ctx.request().getParam("port");
    if (port != null && !port.matches("\\d{1,5}")) {
      Answers.problem(ctx, 422, "port: " + port + " (expected: a port of the listener)");
      return;
    }
    Explanation.Client client =
        new Explanation.Client(
            address,
            ctx.request().getParam("sni"),
            ctx.request().params().getAll("alpn"),
            port == null ? null : Integer.valueOf(port));
    member.config().config().listeners().stream()
        .filter(config -> config.name().equals(listener))
        .findFirst()
        .ifPresentOrElse(
            config -> explain(ctx, config, client), () -> noSuchListener(ctx, listener));
  }

  private void explain(RoutingContext ctx, ListenerConfig listener, Explanation.Client client) {
    String expected = client.port() == null ? null : Explanation.notOf(listener, client.port());
    if (expected == null) {
      Explanation explanation = new Explanation(listener, client, member.pools(), member.lists());
      Answers.jsonMade(ctx, explanation::toJson);
    } else {
      Answers.problem(
          ctx, 422, "port: " + Problem.expected(String.valueOf(client.port()), expected));
    }
  }

  private void noSuchListener(RoutingContext ctx, String listener) {
    Answers.problem(
        ctx,
        404,
        "listener: "
            + Problem.expected(
                listener,
                Problem.oneOf(
                    "the name of a listener",
                    member.config().config().listeners().stream()
                        .map(ListenerConfig::name)
                        .toList())));
  }
}
