package dev.fairlead.config;

import dev.fairlead.config.bind.AddressTypes;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Where a listener binds: an IP address and port, or the path of a Unix socket.
 *
 * @param host an IP address literal without brackets, null for a Unix socket
 * @param port 0 = any free port; 0 for a Unix socket
 * @param unixPath null for an IP address
 */
public record BindAddress(String host, int port, String unixPath) {

  public static BindAddress ip(String host, int port) {
    return new BindAddress(host, port, null);
  }

  public static BindAddress unix(String path) {
    return new BindAddress(null, 0, path);
  }

  public boolean isUnix() {
    return unixPath != null;
  }

  /**
   * True when the two can't belong to different owners: one port, and one address or a wildcard
   * that includes the other. Any free port ({@code 0}) and Unix sockets overlap nothing.
   */
  public boolean overlaps(BindAddress other) {
    if (isUnix() || other.isUnix() || port == 0 || port != other.port) {
      return false;
    }
    InetAddress mine = AddressTypes.parseIp(host).orElseThrow();
    InetAddress theirs = AddressTypes.parseIp(other.host).orElseThrow();
    return mine.equals(theirs) || includes(mine, theirs) || includes(theirs, mine);
  }

  /** {@code ::} takes IPv4 clients too. */
  private static boolean includes(InetAddress any, InetAddress one) {
    return any.isAnyLocalAddress()
        && (any instanceof Inet6Address || any.getClass() == one.getClass());
  }

  /**
   * As it is written in a configuration: {@code 0.0.0.0:8080}, {@code [::]:8080} or {@code
   * unix:/path}.
   */
  @Override
  public String toString() {
    if (isUnix()) {
      return "unix:" + unixPath;
    }
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
