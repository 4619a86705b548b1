package dev.fairlead.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses requests that are not well-formed with 400, before any other handler reads them: RFC
 * 9112, section 3.2, and the percent-encoding of RFC 3986. Vert.x itself has refused what has no
 * valid {@code Host}.
 */
final class RequestCheck implements Handler<RoutingContext> {
  private static final Pattern HALF_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");
  private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://(?<authority>[^/?]*).*");

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    if (hosts.size() > 1 || hosts.contains("")) {
      refuse(ctx, "Host: " + String.join(", ", hosts) + " (expected: one host)");
    } else if (!isOf(request.uri(), String.join("", hosts))) {
      refuse(ctx, "the URI names another host than the Host header");
    } else if (HALF_ESCAPE.matcher(request.uri()).find()) {
      refuse(ctx, "the URI has a % without two hexadecimal digits after it");
    } else {
      ctx.next();
    }
  }

  private static void refuse(RoutingContext ctx, String message) {
    Answers.problem(ctx, 400, message);
  }

  /** Whether the URI has no host, or that of the header. */
  private static boolean isOf(String uri, String host) {
    Matcher absolute = ABSOLUTE.matcher(uri);
    return uri.startsWith("/")
        || (absolute.matches() && absolute.group("authority").equalsIgnoreCase(host));
  }
}
