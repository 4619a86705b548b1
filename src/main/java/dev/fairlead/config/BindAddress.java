package dev.fairlead.config;

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
