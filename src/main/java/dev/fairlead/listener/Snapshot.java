package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.net.tls.ServerContexts;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.ListenerRules;
import dev.fairlead.session.ListenerRules.TlsRules;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.route.Destination;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the configuration in force that new sessions use, replaced as a whole. Immutable; a
 * session captures the {@link ListenerRules} when it is accepted, so later changes do not affect
 * it.
 *
 * @param listeners by {@link #key}
 */
public record Snapshot(Map<String, ListenerRules> listeners, Pools pools) {

  public Snapshot {
    listeners = Map.copyOf(listeners);
  }

  public static Snapshot of(List<ListenerTables> listeners, Pools pools, LongLived longLived) {
    Map<String, ListenerRules> rules = new HashMap<>();
    for (ListenerTables listener : listeners) {
      ListenerConfig config = listener.config();
      ListenerRules shared = rules(listener, pools, longLived);
      for (BindAddress one : config.bind().each()) {
        rules.put(key(config, one), config.bind().isRange() ? shared.at(one.port()) : shared);
      }
    }
    return new Snapshot(rules, pools);
  }

  private static ListenerRules rules(ListenerTables tables, Pools pools, LongLived longLived) {
    ListenerConfig config = tables.config();
    ListenerCounters counters = longLived.counters.apply(config.name());
    List<Destination> destinations = new ArrayList<>();
    for (ListenerConfig.Route route : config.routes()) {
      Pool pool = Objects.requireNonNull(pools.pool(route.pool()));
      String name = "routes[" + destinations.size() + "]";
      destinations.add(longLived.destination(counters, name, pool));
    }
    Pool pool = config.pool() == null ? null : Objects.requireNonNull(pools.pool(config.pool()));
    return new ListenerRules(
        counters,
        tables.access(),
        longLived.limiters.listener(config.name()),
        tables.header(),
        tls(config, longLived),
        new ListenerRules.Routes(
            tables.routes(),
            destinations,
            pool == null ? null : longLived.destination(counters, null, pool)),
        0);
  }

  private static @Nullable TlsRules tls(ListenerConfig config, LongLived longLived) {
    ListenerTls tls = config.tls();
    if (tls == null || tls.terminate() == null) {
      return tls == null ? null : new TlsRules(tls, null);
    }
    // Without them the clients would pass unchecked.
    return new TlsRules(
        tls, Objects.requireNonNull(longLived.tls.ofListeners().get(config.name())));
  }

  /** Objects that are shared by successive snapshots; counters by name of the listener. */
  public record LongLived(
      Function<String, ListenerCounters> counters, Limiters limiters, TlsSources tls) {
    private Destination destination(ListenerCounters from, @Nullable String route, Pool pool) {
      String name = pool.name();
      return new Destination(
          route, pool, limiters.pool(name), tls.ofPools().get(name), from.sessionsTo(name));
    }
  }

  /**
   * The contexts of new handshakes, by name of the listener and of the pool; those that have no TLS
   * that ends or begins here are not there.
   */
  public record TlsSources(
      Map<String, Supplier<ServerContexts>> ofListeners,
      Map<String, Supplier<BackendContexts>> ofPools) {
    public static final TlsSources NONE = new TlsSources(Map.of(), Map.of());
  }

  /**
   * Identifies the socket of one address of a listener; two listeners on port 0 are two sockets.
   */
  static String key(ListenerConfig listener, BindAddress one) {
    boolean anyPort = !one.isUnix() && one.port() == 0;
    return anyPort ? listener.name() + "@" + one : one.toString();
  }
}
