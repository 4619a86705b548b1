package dev.fairlead.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The files of the admin page and the OpenAPI description, held in memory. */
record PageFiles(Buffer html, Buffer script, Buffer style, Buffer openapi) {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Reads them from the jar. Blocks. */
  static PageFiles load() {
    return new PageFiles(
        read("/page/index.html"),
        read("/page/app.js"),
        read("/page/style.css"),
        read("/openapi.yaml"));
  }

  void sendHtml(RoutingContext ctx) {
    ctx.response()
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("Referrer-Policy", "no-referrer");
    send(ctx, "text/html; charset=utf-8", html);
  }

  void sendScript(RoutingContext ctx) {
    send(ctx, "text/javascript; charset=utf-8", script);
  }

  void sendStyle(RoutingContext ctx) {
    send(ctx, "text/css; charset=utf-8", style);
  }

  void sendOpenapi(RoutingContext ctx) {
    send(ctx, "application/yaml; charset=utf-8", openapi);
  }

  private static void send(RoutingContext ctx, String contentType, Buffer file) {
    ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    Answers.send(ctx, 200, contentType, file);
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
