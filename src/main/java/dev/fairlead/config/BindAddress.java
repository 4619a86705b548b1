package dev.fairlead.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a listener binds: an IP address and port or range of ports, or a Unix socket.
 *
 * @param host an IP address literal without brackets, null for a Unix socket
 * @param port the first of a range; 0 = any free port; 0 for a Unix socket
 * @param lastPort of a range, included; else equal to {@code port}
 * @param unix null for an IP address
 */
public record BindAddress(
    @Nullable String host, int port, int lastPort, @Nullable UnixSocket unix) {
  /**
   * Most ports of one range. Each takes a descriptor on every event loop, so raising it lets one
   * line of a configuration take what the process has for sessions.
   */
  public static final int MOST_PORTS = 1024;

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
    return new BindAddress(host, port, port, null);
  }

  /** The ports from {@code first} to {@code last}, both included; one port where they are equal. */
  public static BindAddress range(String host, int first, int last) {
    return new BindAddress(host, first, last, null);
  }

  public static BindAddress unix(String path) {
    return unix(new UnixSocket(path, UnixSocket.DEFAULT_MODE, null, null));
  }

  public static BindAddress unix(UnixSocket socket) {
    return new BindAddress(null, 0, 0, socket);
  }

  public boolean isUnix() {
    return unix != null;
  }

  public boolean isRange() {
    return lastPort > port;
  }

  /** The addresses of one port each that it stands for. */
  public List<BindAddress> each() {
    return isRange()
        ? IntStream.rangeClosed(port, lastPort)
            .mapToObj(one -> ip(Objects.requireNonNull(host), one))
            .toList()
        : List.of(this);
  }

  /**
   * Whether only one of the two can be bound: they have a port in common, and one address or a
   * wildcard that includes the other. Port 0 and Unix sockets overlap nothing.
   */
  public boolean overlaps(BindAddress other) {
    // First, because ranges are compared port by port.
    if (port == 0 || other.port == 0 || port > other.lastPort || other.port > lastPort) {
      return false;
    }
    Optional<InetAddress> mine = address();
    Optional<InetAddress> theirs = other.address();
    return mine.isPresent()
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
   * As in a configuration: {@code 0.0.0.0:8080}, {@code [::]:30000-30009} or {@code unix:/path};
   * the same for equal addresses, whatever the access to them.
   */
  @Override
  public String toString() {
    if (unix != null) {
      return "unix:" + unix.path();
    }
    String first = IpAddress.withPort(Objects.requireNonNull(host), port);
    return isRange() ? first + "-" + lastPort : first;
  }
}
