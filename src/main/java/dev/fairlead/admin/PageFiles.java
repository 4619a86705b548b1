package dev.fairlead.admin;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Handlers that send the files of the admin page, the OpenAPI description and the schema from
 * memory.
 */
record PageFiles(
    Handler<RoutingContext> html,
    Handler<RoutingContext> script,
    Handler<RoutingContext> style,
    Handler<RoutingContext> openapi,
    Handler<RoutingContext> schema) {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Reads them from the jar. Blocks. */
  static PageFiles load() {
    Handler<RoutingContext> html = file("/page/index.html", "text/html");
    return new PageFiles(
        ctx -> {
          ctx.response()
              .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
              .putHeader("Referrer-Policy", "no-referrer");
          html.handle(ctx);
        },
        file("/page/app.js", "text/javascript"),
        file("/page/style.css", "text/css"),
        file("/openapi.yaml", "application/yaml"),
        file("/fairlead.schema.json", "application/schema+json"));
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
