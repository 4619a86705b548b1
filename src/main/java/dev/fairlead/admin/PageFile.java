package dev.fairlead.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of the jar that browsers may keep: they ask whether it has changed (RFC 9110, section
 * 13.1.2), and get it compressed where they accept that. Read, and compressed, once, on a worker.
 * Any thread.
 */
final class PageFile {
  private final String resource;
  private final String type;

  /** Null until it is first asked for. */
  private volatile @Nullable Encodings content;

  PageFile(String resource, String type) {
    this.resource = resource;
    this.type = type + "; charset=utf-8";
  }

  /** The bytes as they are and with gzip; one tag for both, because they mean the same. */
  private record Encodings(Buffer plain, Buffer gzip, String tag) {}

  void send(RoutingContext ctx) {
    Encodings known = content;
    Future<Encodings> ready =
        known == null
            ? ctx.vertx().executeBlocking(this::read, false)
            : Future.succeededFuture(known);
    ready.onSuccess(it -> send(ctx, it)).onFailure(ctx::fail);
  }

  private void send(RoutingContext ctx, Encodings it) {
    ctx.response()
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader(HttpHeaders.ETAG, it.tag())
        .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    if (names(ctx, HttpHeaders.IF_NONE_MATCH, it.tag())) {
      ctx.response().setStatusCode(304).end();
    } else if (names(ctx, HttpHeaders.ACCEPT_ENCODING, "gzip")) {
      ctx.response().putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
      Answers.send(ctx, 200, type, it.gzip());
    } else {
      Answers.send(ctx, 200, type, it.plain());
    }
  }

  /** Whether {@code value} is in that comma-separated header; {@code gzip;q=0} is not. */
  private static boolean names(RoutingContext ctx, CharSequence header, String value) {
    String given = ctx.request().getHeader(header);
    if (given == null) {
      return false;
    }
    for (String each : given.split(",", -1)) {
      if (each.strip().equals(value)) {
        return true;
      }
    }
    return false;
  }

  private Encodings read() throws IOException {
    try (InputStream in = PageFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not in the jar");
      }
      byte[] plain = in.readAllBytes();
      ByteArrayOutputStream gzip = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
        out.write(plain);
      }
      Encodings made =
          new Encodings(Buffer.buffer(plain), Buffer.buffer(gzip.toByteArray()), tag(plain));
      content = made;
      return made;
    }
  }

  private static String tag(byte[] plain) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
      return "W/\"" + HexFormat.of().formatHex(digest, 0, 8) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java has it.
    }
  }
}
