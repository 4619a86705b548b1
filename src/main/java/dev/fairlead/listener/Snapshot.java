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
import java.util.Objects;
import java.util.function.Function;

/**
 * The part of the configuration in force that new sessions use, replaced as a whole. Immutable; a
 * session captures its {@link Destination} when it is accepted, so later changes do not affect it.
 *
 * @param destinations by {@link #key}
 */
public record Snapshot(Map<String, Destination> destinations, Pools pools) {

  public Snapshot {
    destinations = Map.copyOf(destinations);
  }

  public static Snapshot of(List<ListenerConfig> listeners, Pools pools, LongLived longLived) {
    Map<String, Destination> destinations = new HashMap<>();
    for (ListenerConfig listener : listeners) {
      destinations.put(
          key(listener),
          Destination.of(
              longLived.counters.apply(listener.name()),
              longLived.access.apply(listener.name()),
              Objects.requireNonNull(pools.pool(listener.pool())),
              longLived.limiters));
    }
    return new Snapshot(destinations, pools);
  }

  /** Objects that are shared by successive snapshots; of a listener, by its name. */
  public record LongLived(
      Function<String, ListenerCounters> counters,
      Function<String, AccessList> access,
      Limiters limiters) {}

  /** Identifies the socket of a listener; two listeners on port 0 are two sockets. */
  static String key(ListenerConfig listener) {
    boolean anyPort = !listener.bind().isUnix() && listener.bind().port() == 0;
    return anyPort ? listener.name() + "@" + listener.bind() : listener.bind().toString();
  }
}
