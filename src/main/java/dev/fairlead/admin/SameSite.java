package dev.fairlead.admin;

import io.netty.util.NetUtil;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;

/**
 * Refuses requests that a browser sends on behalf of another web site. Used when no token is
 * configured: every process on this machine may then send requests, including a browser that
 * executes foreign scripts. Such a request has the other site in {@code Origin}, or, if the other
 * site's name resolves to this machine (DNS rebinding), in {@code Host}.
 */
record SameSite(String host) implements Handler<RoutingContext> {

  @Override
  public void handle(RoutingContext ctx) {
    HostAndPort authority = ctx.request().authority();
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    if (authority == null || !isOurs(authority.host())) {
      String given = "Host: " + (authority == null ? "none" : authority);
      refuse(ctx, given, "a loopback address or node.admin.host");
    } else if (origin != null && !isOf(origin, authority)) {
      refuse(ctx, "Origin: " + origin, "this site or none");
    } else {
      TokenRole.NONE.of(ctx);
      ctx.next();
    }
  }

  private static void refuse(RoutingContext ctx, String given, String expected) {
    Answers.problem(ctx, 403, given + " (expected without node.admin.tokenFile: " + expected + ")");
  }

  private boolean isOurs(String name) {
    if (name.equalsIgnoreCase("localhost") || name.equalsIgnoreCase(host)) {
      return true;
    }
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(name);
    return address != null && address.isLoopbackAddress();
  }

  /** Whether {@code origin}, such as {@code http://localhost:8081}, is the request's authority. */
  private static boolean isOf(String origin, HostAndPort authority) {
    int scheme = origin.indexOf("://");
    return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(authority.toString());
  }
}
