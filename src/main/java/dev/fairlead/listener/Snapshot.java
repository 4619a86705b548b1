package dev.fairlead.listener;

import dev.fairlead.admission.AccessList;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.Destination;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.limit.Limiters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * All that a new session needs to know of the configuration, replaced as a whole when it changes.
 * Immutable; a session captures what it needs of it at its accept.
 *
 * @param destinations by {@link #key}
 */
public record Snapshot(Map<String, Destination> destinations, Pools pools) {

  public Snapshot {
    destinations = Map.copyOf(destinations);
  }

  /**
   * The snapshot of a configuration.
   *
   * @param kept gives what outlives the snapshot
   */
  public static Snapshot of(List<ListenerConfig> listeners, Pools pools, Kept kept) {
    Map<String, Destination> destinations = new HashMap<>();
    for (ListenerConfig listener : listeners) {
      destinations.put(
          key(listener),
          Destination.of(
              kept.counters.apply(listener.name()),
              kept.access.apply(listener.name()),
              pools.pool(listener.pool()),
              kept.limiters));
    }
    return new Snapshot(destinations, pools);
  }

  /**
   * What a snapshot does not make anew.
   *
   * @param counters of a listener, by its name
   * @param access whom a listener takes, by its name
   */
  public record Kept(
      Function<String, ListenerCounters> counters,
      Function<String, AccessList> access,
      Limiters limiters) {}

  /** Names the socket of a listener: two listeners on any free port are two sockets. */
  static String key(ListenerConfig listener) {
    boolean anyPort = !listener.bind().isUnix() && listener.bind().port() == 0;
    return anyPort ? listener.name() + "@" + listener.bind() : listener.bind().toString();
  }
}
