package dev.fairlead.admin;

import dev.fairlead.admin.EventStream.EventSource;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.event.Commands;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The admin listener of a member. Runs on one event loop; slow responses are built on worker
 * threads. The start fails, naming the key, if the address, the token file or the TLS files cannot
 * be used.
 */
public final class AdminVerticle extends VerticleBase {
  private static final int IDLE_SECONDS = 60;

  private final NodeConfig.Admin config;
  private final MemberAccess access;
  private volatile int port;

  public AdminVerticle(NodeConfig.Admin config, MemberAccess access) {
    this.config = config;
    this.access = access;
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
        .onSuccess(bound -> port = bound.actualPort());
  }

  private Handler<RoutingContext> guard() {
    return config.tokenFile() == null
        ? new SameSite(config.host())
        : BearerToken.read(config.tokenFile());
  }

  private Future<HttpServer> listen(Router router) {
    return vertx
        .createHttpServer(options())
        .requestHandler(router)
        .listen(config.port(), config.host())
        .recover(cause -> Future.failedFuture(startFailure(cause)));
  }

  private HttpServerOptions options() {
    HttpServerOptions options =
        new HttpServerOptions().setIdleTimeoutUnit(TimeUnit.SECONDS).setIdleTimeout(IDLE_SECONDS);
    if (config.tls() != null) {
      options
          .setSsl(true)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertPath(config.tls().certificate().toString())
                  .setKeyPath(config.tls().key().toString()));
    }
    return options;
  }

  private Exception startFailure(Throwable cause) {
    String at = "node.admin: " + config.host() + ":" + config.port();
    if (config.tls() != null) {
      at += ", tls " + config.tls().certificate() + " and " + config.tls().key();
    }
    return new IllegalStateException(
        at + " (expected: a free address and readable files, but: " + Problem.reason(cause) + ")",
        cause);
  }

  /**
   * The parts of the member that the admin listener shows and controls. {@code metrics} (Prometheus
   * text) is called on a worker thread.
   */
  public record MemberAccess(
      MemberView member, Supplier<String> metrics, Commands commands, EventSource events) {}
}
