package dev.fairlead.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a listener binds: an IP address and port, or a Unix socket.
 *
 * @param host an IP address literal without brackets, null for a Unix socket
 * @param port 0 = any free port; 0 for a Unix socket
 * @param unix null for an IP address
 */
public record BindAddress(@Nullable String host, int port, @Nullable UnixSocket unix) {
  /**
   * A Unix socket.
   *
   * @param path of its file, absolute
   * @param mode the permission bits of the file; who may write may connect
   * @param owner a user's name or number, null = that of the process
   * @param group a group's name or number, null = that of a file the process makes there
   */
  public record UnixSocket(String path, int mode, @Nullable String owner, @Nullable String group) {
    public static final int DEFAULT_MODE = 0660;

    /** Whether it has the access that a path alone means. */
    public boolean isPlain() {
      return mode == DEFAULT_MODE && owner == null && group == null;
    }
  }

  public static BindAddress ip(String host, int port) {
    return new BindAddress(host, port, null);
  }

  public static BindAddress unix(String path) {
    return unix(new UnixSocket(path, UnixSocket.DEFAULT_MODE, null, null));
  }

  public static BindAddress unix(UnixSocket socket) {
    return new BindAddress(null, 0, socket);
  }

  public boolean isUnix() {
    return unix != null;
  }

  /**
   * Whether only one of the two can be bound: they have one port, and one address or a wildcard
   * that includes the other. Port 0 and Unix sockets overlap nothing.
   */
  public boolean overlaps(BindAddress other) {
    Optional<InetAddress> mine = address();
    Optional<InetAddress> theirs = other.address();
    return port != 0
        && port == other.port
        && mine.isPresent()
        && theirs.isPresent()
        && (mine.equals(theirs)
            || includes(mine.get(), theirs.get())
            || includes(theirs.get(), mine.get()));
  }

  private Optional<InetAddress> address() {
    return Optional.ofNullable(host).flatMap(IpAddress::parse);
  }

  /** {@code ::} accepts IPv4 clients too. */
  private static boolean includes(InetAddress any, InetAddress one) {
    return any.isAnyLocalAddress()
        && (any instanceof Inet6Address || any.getClass() == one.getClass());
  }

  /**
   * As in a configuration: {@code 0.0.0.0:8080}, {@code [::]:8080} or {@code unix:/path}; the same
   * for equal addresses, whatever the access to them.
   */
  @Override
  public String toString() {
    return unix == null
        ? IpAddress.withPort(Objects.requireNonNull(host), port)
        : "unix:" + unix.path();
  }
}
