package dev.fairlead.admin;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Handlers that send the files of the admin page and the OpenAPI description from memory. */
record PageFiles(
    Handler<RoutingContext> html,
    Handler<RoutingContext> script,
    Handler<RoutingContext> style,
    Handler<RoutingContext> openapi) {
  /** Reads them from the jar. Blocks. */
  static PageFiles load() {
    return new PageFiles(
        file("/page/index.html", "text/html"),
        file("/page/app.js", "text/javascript"),
        file("/page/style.css", "text/css"),
        file("/openapi.yaml", "application/yaml"));
  }

  private static Handler<RoutingContext> file(String name, String type) {
    Buffer content = read(name);
    return ctx -> {
      ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
      Answers.send(ctx, 200, type + "; charset=utf-8", content);
    };
  }

  private static Buffer read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the jar");
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
