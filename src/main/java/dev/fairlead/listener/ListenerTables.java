package dev.fairlead.listener;

import dev.fairlead.admission.AccessList;
import dev.fairlead.admission.NetworkList;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.session.ListenerRules.HeaderRules;
import dev.fairlead.session.route.RouteTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is looked up for each client of a listener, made from long lists: not on an event loop.
 * Immutable, and the same for as long as the configuration of the listener and the lists it reads
 * from files are.
 *
 * @param lists read from files, for {@code access}
 * @param routes to the index of the route in the configuration
 */
public record ListenerTables(
    ListenerConfig config,
    List<NetworkList> lists,
    AccessList access,
    @Nullable HeaderRules header,
    RouteTable<Integer> routes) {

  /**
   * By name of the listener; those of {@code before} with the same configuration and lists are
   * reused.
   *
   * @param lists those of the files that the listeners name
   */
  public static Map<String, ListenerTables> of(
      List<ListenerConfig> listeners,
      Map<String, ListenerTables> before,
      Function<Path, NetworkList> lists) {
    Map<String, ListenerTables> tables = new HashMap<>();
    for (ListenerConfig listener : listeners) {
      ListenerTables last = before.get(listener.name());
      boolean same =
          last != null
              && last.config.equals(listener)
              && last.lists.equals(lists(listener.access(), lists));
      tables.put(listener.name(), same ? last : of(listener, lists));
    }
    return Map.copyOf(tables);
  }

  /** Of a listener that names no files. */
  public static ListenerTables of(ListenerConfig listener) {
    return of(
        listener,
        file -> {
          throw new IllegalArgumentException("not read: " + file);
        });
  }

  public static ListenerTables of(ListenerConfig listener, Function<Path, NetworkList> lists) {
    return new ListenerTables(
        listener,
        lists(listener.access(), lists),
        AccessList.of(listener.access(), file -> lists.apply(file).networks()),
        header(listener),
        routes(listener));
  }

  private static List<NetworkList> lists(AccessConfig access, Function<Path, NetworkList> lists) {
    return Stream.concat(access.allowFiles().stream(), access.denyFiles().stream())
        .map(each -> lists.apply(each.file()))
        .toList();
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
