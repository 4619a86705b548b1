package dev.fairlead.config.bind;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.BindAddress.UnixSocket;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.ListenerState;
import dev.fairlead.config.ListenerConfig.Route;
import java.util.Optional;

/** Binds one of {@code listeners} and its routes. */
record ListenerBinder(Binding binding) {
  /** Stands for an address that was reported; overlaps nothing. */
  static final BindAddress NO_ADDRESS = BindAddress.ip("0.0.0.0", 0);

  /** Stands for a network that was reported. */
  private static final Cidr NO_NETWORK = Cidr.of("0.0.0.0/32");

  private static final ValueType<ListenerState> STATE = ValueType.constant(ListenerState.values());
  private static final ValueType<Integer> BACKLOG = ValueType.integer(1, Integer.MAX_VALUE);
  private static final String POOL_EXPECTED = "the name of a pool";

  ListenerConfig bind(Section listener) {
    ListenerConfig config =
        new ListenerConfig(
            listener.required("name", ValueType.name(), "a name", ""),
            address(listener),
            listener.get("backlog", BACKLOG, ListenerConfig.DEFAULT_BACKLOG),
            pool(listener).orElse(null),
            listener.sections("routes", ListenerBinder::route),
            LimitsBinder.access(listener, ValueType.path(binding.directory())),
            ProxyProtocolBinder.accept(listener).orElse(null),
            listener.optionalSection("tls", new TlsBinder(binding)::listener).orElse(null),
            listener.section("limits", LimitsBinder::ofListener),
            listener.get("state", STATE, ListenerState.ENABLED));
    LimitsBinder.judge(listener, config);
    return config;
  }

  /** Only a listener with routes can do without. */
  private static Optional<String> pool(Section listener) {
    return listener.has("routes") && !listener.isEmptyList("routes")
        ? listener.findOrNull("pool", ValueType.name())
        : Optional.of(
            listener.required("pool", ValueType.name(), POOL_EXPECTED + ", or routes", ""));
  }

  private static Route route(Section route) {
    return new Route(
        route.values("sni", RouteTypes.serverName(), ""),
        route.values("alpn", RouteTypes.protocol(), ""),
        route.values("source", AddressTypes.cidr(), NO_NETWORK),
        route.required("pool", ValueType.name(), POOL_EXPECTED, ""));
  }

  private BindAddress address(Section listener) {
    listener.requireAlways("bind", "an address such as 0.0.0.0:8080");
    return listener.isMap("bind")
        ? listener.section("bind", this::unixSocket)
        : listener.get("bind", AddressTypes.bind(binding.directory()), NO_ADDRESS);
  }

  private BindAddress unixSocket(Section bind) {
    ValueType<String> path = AddressTypes.socketToBind(binding.directory());
    UnixSocket socket =
        new UnixSocket(
            bind.required("unix", path, "the path of a Unix socket", ""),
            bind.get("mode", AddressTypes.mode(), UnixSocket.DEFAULT_MODE),
            bind.findOrNull("owner", AddressTypes.account()).orElse(null),
            bind.findOrNull("group", AddressTypes.account()).orElse(null));
    return socket.path().isEmpty() ? NO_ADDRESS : BindAddress.unix(socket);
  }
}
