package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What one probe connects to.
 *
 * @param addresses tried in turn; empty = the backend's name is not resolved
 * @param timeout of the whole probe
 * @param source local addresses to connect from, the first of the right family; empty = the kernel
 *     chooses
 */
record Target(List<SocketAddress> addresses, Duration timeout, List<InetAddress> source) {

  /** As {@code pool} has its backends probed; the addresses are those known now. */
  static Target of(Backend backend, PoolConfig pool) {
    Integer port = pool.health().port();
    List<SocketAddress> addresses = backend.addresses();
    return new Target(
        port == null ? addresses : addresses.stream().map(one -> withPort(one, port)).toList(),
        pool.health().timeout(),
        pool.connect().source());
  }

  /** Whether a connection to {@code remote} has to come from an address of ours. */
  boolean mustBind(SocketAddress remote) {
    return remote instanceof InetSocketAddress && !source.isEmpty();
  }

  /** Where to connect from; null = anywhere, or there is no address of that family. */
  InetSocketAddress localAddress(SocketAddress remote) {
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
