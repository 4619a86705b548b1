package dev.fairlead.listener;

import dev.fairlead.admission.AccessList;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.session.ListenerRules.HeaderRules;
import dev.fairlead.session.route.RouteTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is looked up for each client of a listener, made from long lists: not on an event loop.
 * Immutable, and the same for as long as the configuration of the listener is.
 *
 * @param routes to the index of the route in the configuration
 */
public record ListenerTables(
    ListenerConfig config,
    AccessList access,
    @Nullable HeaderRules header,
    RouteTable<Integer> routes) {

  /** By name of the listener; those of {@code before} with the same configuration are reused. */
  public static Map<String, ListenerTables> of(
      List<ListenerConfig> listeners, Map<String, ListenerTables> before) {
    Map<String, ListenerTables> tables = new HashMap<>();
    for (ListenerConfig listener : listeners) {
      ListenerTables last = before.get(listener.name());
      boolean same = last != null && last.config.equals(listener);
      tables.put(listener.name(), same ? last : of(listener));
    }
    return Map.copyOf(tables);
  }

  public static ListenerTables of(ListenerConfig listener) {
    return new ListenerTables(
        listener, AccessList.of(listener.access()), header(listener), routes(listener));
  }

  private static @Nullable HeaderRules header(ListenerConfig listener) {
    return listener.proxyProtocol() == null
        ? null
        : new HeaderRules(listener.proxyProtocol(), only(listener.proxyProtocol().trusted()));
  }

  private static AccessList only(List<Cidr> networks) {
    return AccessList.of(new AccessConfig(networks, List.of()));
  }

  private static RouteTable<Integer> routes(ListenerConfig listener) {
    List<RouteTable.RoutePattern<Integer>> routes = new ArrayList<>();
    for (ListenerConfig.Route route : listener.routes()) {
      routes.add(
          new RouteTable.RoutePattern<>(route.sni(), route.alpn(), route.source(), routes.size()));
    }
    return new RouteTable<>(routes);
  }
}
