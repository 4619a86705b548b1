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
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
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
    return vertx
        .executeBlocking(() -> new AdminRoutes(access, PageFiles.load()).router(vertx, guard()))
        .compose(this::listen)
        .onSuccess(this::bound);
  }

  private void bound(HttpServer server) {
    port = server.actualPort();
    vertx.setPeriodic(AdminConnections.TICK.toMillis(), id -> connections.tick());
  }

  private Handler<RoutingContext> guard() {
    return config.tokenFile() == null
        ? new SameSite(config.host())
        : BearerToken.read(config.tokenFile());
  }

  private Future<HttpServer> listen(Router router) {
    return vertx
        .createHttpServer(settings(), sslOptions(config.tls()))
        .requestHandler(router)
        .listen(config.port(), config.host())
        .recover(cause -> Future.failedFuture(startFailure(cause)));
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

  /** Null = plain HTTP. */
  private static @Nullable ServerSSLOptions sslOptions(NodeConfig.Admin.@Nullable AdminTls tls) {
    return tls == null
        ? null
        : new ServerSSLOptions()
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .setCertPath(tls.certificate().toString())
                    .setKeyPath(tls.key().toString()));
  }

  private Exception startFailure(Throwable cause) {
    String at = "node.admin: " + config.host() + ":" + config.port();
    if (config.tls() != null) {
      at += ", tls " + config.tls().certificate() + " and " + config.tls().key();
    }
    String reason = Problem.reason(cause);
    String expected =
        reason.contains("already in use")
            ? "a free address"
            : "an address that can be used and readable files, but: " + reason;
    return new IllegalStateException(at + " (expected: " + expected + ")", cause);
  }

  /**
   * The parts of the member that the admin listener shows and controls. {@code metrics} (Prometheus
   * text) is called on a worker thread.
   */
  public record MemberAccess(
      MemberView member, Supplier<String> metrics, Commands commands, EventSource events) {}
}
