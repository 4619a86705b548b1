package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one probe.
 *
 * @param addresses tried in turn; empty if the backend's name is not resolved
 * @param timeout of the whole probe
 * @param source local addresses to connect from, of which the first of the right family is used;
 *     empty = any
 */
record Target(List<SocketAddress> addresses, Duration timeout, List<InetAddress> source) {

  /** With the addresses that {@code backend} has now. */
  static Target of(Backend backend, PoolConfig pool) {
    Integer port = pool.health().port();
    List<SocketAddress> addresses = backend.addresses();
    return new Target(
        port == null ? addresses : addresses.stream().map(one -> withPort(one, port)).toList(),
        pool.health().timeout(),
        pool.connect().source());
  }

  /** Whether the local address of a connection to {@code remote} is configured. */
  boolean mustBind(SocketAddress remote) {
    return remote instanceof InetSocketAddress && !source.isEmpty();
  }

  /** The configured local address; null if there is none of that family, or any may be used. */
  @Nullable InetSocketAddress localAddress(SocketAddress remote) {
    if (!mustBind(remote)) {
      return null;
    }
    Class<?> family = ((InetSocketAddress) remote).getAddress().getClass();
    return source.stream()
        .filter(address -> address.getClass() == family)
        .findFirst()
        .map(address -> new InetSocketAddress(address, 0))
        .orElse(null);
  }

  /** A Unix socket has no port. */
  private static SocketAddress withPort(SocketAddress address, int port) {
    return address instanceof InetSocketAddress inet
        ? new InetSocketAddress(inet.getAddress(), port)
        : address;
  }
}
