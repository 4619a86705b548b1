package dev.fairlead.admin;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.event.Commands;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The admin listener of a member. Runs on one event loop; whatever may take long is done on worker
 * threads. Start fails, naming the key, when the address, the token file or the TLS files are not
 * usable.
 */
public final class AdminVerticle extends VerticleBase {
  private static final int IDLE_SECONDS = 60;

  private final NodeConfig.Admin config;
  private final Sources sources;
  private volatile int port;

  public AdminVerticle(NodeConfig.Admin config, Sources sources) {
    this.config = config;
    this.sources = sources;
  }

  /** The port that is bound, 0 before the start. */
  public int port() {
    return port;
  }

  @Override
  public Future<?> start() {
    return vertx
        .executeBlocking(() -> new Files(PageFiles.load(), guard()))
        .compose(this::listen)
        .onSuccess(bound -> port = bound.actualPort());
  }

  private Handler<RoutingContext> guard() {
    return config.tokenFile() == null
        ? new SameSite(config.host())
        : BearerToken.read(config.tokenFile());
  }

  private Future<HttpServer> listen(Files files) {
    AdminRoutes routes = new AdminRoutes(sources, files.page());
    return vertx
        .createHttpServer(options())
        .requestHandler(routes.router(vertx, files.guard()))
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
        at + " (expected: a free address and readable files, but: " + cause.getMessage() + ")",
        cause);
  }

  /**
   * What the admin listener shows and what obeys it.
   *
   * @param metrics renders Prometheus' text; called on worker threads
   * @param configJson renders {@code {listeners, pools}}; called on worker threads
   */
  public record Sources(
      MemberView member,
      Supplier<String> metrics,
      Function<FairleadConfig, JsonObject> configJson,
      Commands commands,
      EventSource events) {}

  /** What is read once, at the start. */
  private record Files(PageFiles page, Handler<RoutingContext> guard) {}
}
