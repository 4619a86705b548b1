package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where one backend is reached: the addresses known, the one that last worked first. Lock-free,
 * used by every event loop; one object for all {@link Backend}s of a pool and id.
 */
final class BackendAddresses {
  /** Null when there is nothing to resolve. */
  private final String hostName;

  private final int port;
  private final AtomicReference<Known> known;

  /**
   * @param worked null = none yet
   */
  private record Known(List<SocketAddress> addresses, SocketAddress worked) {}

  BackendAddresses(BackendConfig config) {
    hostName = hostNameOf(config);
    port = config.port();
    known = new AtomicReference<>(new Known(literal(config), null));
  }

  /** Null when there is nothing to resolve. */
  static String hostNameOf(BackendConfig config) {
    return isHostName(config) ? config.host() : null;
  }

  String hostName() {
    return hostName;
  }

  List<SocketAddress> inOrder() {
    return known.get().addresses();
  }

  void resolved(List<InetAddress> answer) {
    List<SocketAddress> fresh = new ArrayList<>(answer.size());
    for (InetAddress address : answer) {
      SocketAddress withPort = new InetSocketAddress(address, port);
      if (!fresh.contains(withPort)) {
        fresh.add(withPort);
      }
    }
    known.updateAndGet(last -> new Known(first(last.worked(), fresh), last.worked()));
  }

  void worked(SocketAddress address) {
    if (!address.equals(known.get().worked())) {
      known.updateAndGet(last -> new Known(first(address, last.addresses()), address));
    }
  }

  private static List<SocketAddress> first(SocketAddress preferred, List<SocketAddress> addresses) {
    List<SocketAddress> ordered = new ArrayList<>(addresses);
    if (ordered.remove(preferred)) {
      ordered.add(0, preferred);
    }
    return List.copyOf(ordered);
  }

  private static boolean isHostName(BackendConfig config) {
    return config.unixPath() == null
        && !NetUtil.isValidIpV4Address(config.host())
        && !NetUtil.isValidIpV6Address(config.host());
  }

  private static List<SocketAddress> literal(BackendConfig config) {
    if (config.unixPath() != null) {
      return List.of(new DomainSocketAddress(config.unixPath()));
    }
    if (isHostName(config)) {
      return List.of();
    }
    try {
      return List.of(new InetSocketAddress(InetAddress.getByName(config.host()), config.port()));
    } catch (UnknownHostException noSuchScope) {
      return List.of(); // a link-local address whose %interface this machine does not have
    }
  }
}
