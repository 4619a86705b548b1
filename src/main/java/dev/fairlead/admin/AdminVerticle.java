package dev.fairlead.admin;

import dev.fairlead.admin.EventStream.EventSource;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.event.Commands;
import dev.fairlead.net.FilteredTcp;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.TcpServerConfig;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener of a member. Runs on one event loop; slow responses are built on worker
 * threads. The start fails, naming the key, if the address, the token file or the TLS files cannot
 * be used.
 */
public final class AdminVerticle extends VerticleBase {
  /** Without a byte either way; ends responses that the client has stopped reading. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final NodeConfig.Admin config;
  private final MemberAccess access;
  private final AdminConnections connections;
  private volatile int port;

  public AdminVerticle(NodeConfig.Admin config, MemberAccess access) {
    this.config = config;
    this.access = access;
    this.connections = new AdminConnections(config.maxConnections(), System::nanoTime);
  }

  /** The bound port, 0 before the start. */
  public int port() {
    return port;
  }

  @Override
  public Future<?> start() {
    return vertx.executeBlocking(this::load).compose(this::listen);
  }

  /** What was read before listening; {@code tls} null = plain HTTP. */
  private record Loaded(Router router, @Nullable AdminTlsFiles tls) {}

  private Loaded load() {
    return new Loaded(
        new AdminRoutes(access, new PageFiles()).router(vertx, guard()),
        config.tls() == null ? null : AdminTlsFiles.read(config.tls()));
  }

  private void bound(HttpServer server, @Nullable AdminTlsFiles tls) {
    port = server.actualPort();
    vertx.setPeriodic(AdminConnections.TICK.toMillis(), id -> connections.tick());
    if (tls != null) {
      tls.follow(vertx, server);
    }
  }

  private Handler<RoutingContext> guard() {
    return config.tokenFile() == null ? new SameSite(config.host()) : BearerToken.read(config);
  }

  private Future<HttpServer> listen(Loaded loaded) {
    AdminTlsFiles tls = loaded.tls();
    return vertx
        .createHttpServer(settings(), tls == null ? null : tls.options())
        .requestHandler(protecting(loaded.router()))
        .invalidRequestHandler(protecting(HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER))
        .listen(config.port(), config.host())
        .onSuccess(server -> bound(server, tls))
        .recover(cause -> Future.failedFuture(startFailure(cause)));
  }

  private static Handler<HttpServerRequest> protecting(Handler<HttpServerRequest> next) {
    return request -> {
      AdminRoutes.protect(request.response());
      next.handle(request);
    };
  }

  /** Without HTTP/2, so that a connection has one request at a time. */
  private HttpServerConfig settings() {
    HttpServerConfig settings =
        new HttpServerConfig()
            .setVersions(HttpVersion.HTTP_1_0, HttpVersion.HTTP_1_1)
            .setIdleTimeout(IDLE);
    TcpServerConfig tcp = settings.getTcpConfig();
    tcp.setTransportConfig(new FilteredTcp(tcp.getTransportConfig(), connections));
    return settings;
  }

  private Exception startFailure(Throwable cause) {
    String at = "node.admin: " + config.host() + ":" + config.port();
    String reason = Problem.reason(cause);
    String expected =
        reason.contains("already in use")
            ? "a free address"
            : "an address that can be used, but: " + reason;
    return new IllegalStateException(at + " (expected: " + expected + ")", cause);
  }

  /**
   * The parts of the member that the admin listener shows and controls. {@code metrics} (Prometheus
   * text) is called on a worker thread.
   */
  public record MemberAccess(
      MemberView member,
      Supplier<String> metrics,
      Commands commands,
      EventSource events,
      LiveAccess live) {}
}
