package dev.fairlead.listener;

import dev.fairlead.config.ListenerConfig;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.Destination;
import dev.fairlead.session.ListenerCounters;
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
   * @param counters gives the counters of a listener by its name
   */
  public static Snapshot of(
      List<ListenerConfig> listeners, Pools pools, Function<String, ListenerCounters> counters) {
    Map<String, Destination> destinations = new HashMap<>();
    for (ListenerConfig listener : listeners) {
      ListenerCounters counted = counters.apply(listener.name());
      destinations.put(key(listener), Destination.of(counted, pools.pool(listener.pool())));
    }
    return new Snapshot(destinations, pools);
  }

  /** Names the socket of a listener: two listeners on any free port are two sockets. */
  static String key(ListenerConfig listener) {
    boolean anyPort = !listener.bind().isUnix() && listener.bind().port() == 0;
    return anyPort ? listener.name() + "@" + listener.bind() : listener.bind().toString();
  }
}
