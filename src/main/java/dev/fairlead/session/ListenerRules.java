package dev.fairlead.session;

import dev.fairlead.admission.AccessList;
import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.net.tls.ServerContexts;
import dev.fairlead.session.route.Destination;
import dev.fairlead.session.route.RouteTable;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a listener does with a client: what it reads of it first, whether it admits it, and where it
 * sends it. One for every listener of a snapshot, shared by its sessions. Immutable.
 *
 * @param header how clients say whom they stand for, null = they do not
 * @param tls null = the bytes of a client are not looked at
 * @param port that these clients connect to, of a listener with a range of ports; 0 = it has one
 *     address
 */
public record ListenerRules(
    ListenerCounters counters,
    AccessList access,
    ListenerLimiter limiter,
    @Nullable HeaderRules header,
    @Nullable TlsRules tls,
    Routes routes,
    int port) {

  /** The same for the clients of one port of a range. */
  public ListenerRules at(int port) {
    return new ListenerRules(counters, access, limiter, header, tls, routes, port);
  }

  /**
   * Where the clients of a listener go.
   *
   * @param table to the index of a destination
   * @param byDefault of clients that no route matches, null = they are refused
   */
  public record Routes(
      RouteTable<Integer> table, List<Destination> destinations, @Nullable Destination byDefault) {
    public Routes {
      destinations = List.copyOf(destinations);
    }

    /** Null = none; the parameters are those of {@link RouteTable#find}. */
    public @Nullable Destination find(
        @Nullable String serverName, List<String> alpn, @Nullable InetAddress source) {
      Integer route = table.find(serverName, alpn, source);
      return route == null ? byDefault : destinations.get(route);
    }
  }

  /**
   * The TLS of a listener.
   *
   * @param contexts those of new handshakes, null = TLS is passed through
   */
  public record TlsRules(ListenerTls config, @Nullable Supplier<ServerContexts> contexts) {}

  /**
   * The PROXY headers of a listener.
   *
   * @param trusted who may send one
   */
  public record HeaderRules(AcceptProxy config, AccessList trusted) {
    /** Whether the header of a client that connects from {@code peer} is read. */
    boolean isTrusted(@Nullable SocketAddress peer) {
      InetAddress address = ClientIdentity.address(peer);
      // Who reaches a Unix socket is a matter of the permissions of its file.
      return address == null || trusted.admits(address);
    }
  }
}
