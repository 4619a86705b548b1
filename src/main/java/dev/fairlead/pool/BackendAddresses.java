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
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one backend, the one that last worked first; of port 0 where the port is that of
 * the client's connection. Lock-free, used by every event loop; shared by all {@link Backend}s of a
 * pool and id.
 */
final class BackendAddresses {
  /** Null for an IP address or a Unix socket. */
  private final @Nullable String hostName;

  private final boolean samePort;
  private final int port;
  private final AtomicReference<Ordered> ordered;

  /** {@code worked} is the address of the last connection. */
  private record Ordered(List<SocketAddress> addresses, @Nullable SocketAddress worked) {}

  BackendAddresses(BackendConfig config) {
    hostName = hostNameOf(config);
    samePort = config.isSamePort();
    port = samePort ? 0 : config.port();
    ordered = new AtomicReference<>(new Ordered(literal(config, port), null));
  }

  static @Nullable String hostNameOf(BackendConfig config) {
    boolean isName =
        config.unixPath() == null
            && !config.isReject()
            && !NetUtil.isValidIpV4Address(config.host())
            && !NetUtil.isValidIpV6Address(config.host());
    return isName ? config.host() : null;
  }

  @Nullable String hostName() {
    return hostName;
  }

  List<SocketAddress> inOrder() {
    return current().addresses();
  }

  /** The same, each with the port {@code itsPort}. */
  List<SocketAddress> inOrder(int itsPort) {
    return inOrder().stream().map(each -> withPort(each, itsPort)).toList();
  }

  private static SocketAddress withPort(SocketAddress address, int port) {
    return address instanceof InetSocketAddress inet
        ? new InetSocketAddress(inet.getAddress(), port)
        : address;
  }

  void resolved(List<InetAddress> answer) {
    List<SocketAddress> fresh = new ArrayList<>(answer.size());
    for (InetAddress address : answer) {
      SocketAddress withPort = new InetSocketAddress(address, port);
      if (!fresh.contains(withPort)) {
        fresh.add(withPort);
      }
    }
    ordered.updateAndGet(last -> new Ordered(first(last.worked(), fresh), last.worked()));
  }

  void worked(SocketAddress connected) {
    SocketAddress address = samePort ? withPort(connected, port) : connected;
    if (!address.equals(current().worked())) {
      ordered.updateAndGet(last -> new Ordered(first(address, last.addresses()), address));
    }
  }

  private Ordered current() {
    return Objects.requireNonNull(ordered.get());
  }

  private static List<SocketAddress> first(
      @Nullable SocketAddress preferred, List<SocketAddress> addresses) {
    List<SocketAddress> reordered = new ArrayList<>(addresses);
    if (preferred != null && reordered.remove(preferred)) {
      reordered.add(0, preferred);
    }
    return List.copyOf(reordered);
  }

  private static List<SocketAddress> literal(BackendConfig config, int port) {
    if (config.unixPath() != null) {
      return List.of(new DomainSocketAddress(config.unixPath()));
    }
    if (config.isReject() || hostNameOf(config) != null) {
      return List.of();
    }
    try {
      return List.of(new InetSocketAddress(InetAddress.getByName(config.host()), port));
    } catch (UnknownHostException noSuchScope) {
      return List.of(); // a link-local address whose %interface this machine does not have
    }
  }
}
