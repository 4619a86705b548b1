package dev.fairlead.admin;

import io.netty.util.NetUtil;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;

/**
 * Lets pass what does not come from another web site. Stands in for the token where there is none:
 * everybody on this machine may ask then, and a browser on it asks for whatever page it shows. A
 * page elsewhere says so in {@code Origin}; one whose name was made to point at this machine (DNS
 * rebinding) says so in {@code Host}.
 */
final class SameSite implements Handler<RoutingContext> {
  private final String host;

  /**
   * @param host what {@code node.admin.host} is
   */
  SameSite(String host) {
    this.host = host;
  }

  @Override
  public void handle(RoutingContext ctx) {
    HostAndPort authority = ctx.request().authority();
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    if (authority == null || !isOurs(authority.host())) {
      Answers.problem(
          ctx,
          403,
          "Host: "
              + (authority == null ? "none" : authority)
              + " (expected without node.admin.tokenFile: a loopback address or node.admin.host)");
    } else if (origin != null && !isOf(origin, authority)) {
      Answers.problem(
          ctx,
          403,
          "Origin: " + origin + " (expected without node.admin.tokenFile: this site or none)");
    } else {
      ctx.next();
    }
  }

  private boolean isOurs(String name) {
    if (name.equalsIgnoreCase("localhost") || name.equalsIgnoreCase(host)) {
      return true;
    }
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(name);
    return address != null && address.isLoopbackAddress();
  }

  /** True for {@code http://localhost:8081} when that is where the request went. */
  private static boolean isOf(String origin, HostAndPort authority) {
    int scheme = origin.indexOf("://");
    return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(authority.toString());
  }
}
