package dev.fairlead.admin;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.NodeConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
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
        .executeBlocking(() -> new Files(PageFiles.load(), token()))
        .compose(this::listen)
        .onSuccess(bound -> port = bound.actualPort());
  }

  private BearerToken token() {
    return config.tokenFile() == null ? null : BearerToken.read(config.tokenFile());
  }

  private Future<HttpServer> listen(Files files) {
    AdminRoutes routes = new AdminRoutes(sources, files.page());
    return vertx
        .createHttpServer(options())
        .requestHandler(routes.router(vertx, files.token()))
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
   * What the admin listener shows.
   *
   * @param metrics renders Prometheus' text; called on worker threads
   * @param configJson renders {@code {listeners, pools}}; called on worker threads
   */
  public record Sources(
      MemberView member,
      Supplier<String> metrics,
      Function<FairleadConfig, JsonObject> configJson) {}

  /** What is read once, at the start; {@code token} null = none is asked for. */
  private record Files(PageFiles page, BearerToken token) {}
}
