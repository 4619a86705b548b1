package dev.fairlead.listener;

import dev.fairlead.config.ListenerConfig;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.Destination;
import java.util.Map;

/**
 * All that a new session needs to know of the configuration, replaced as a whole when it changes. Immutable; a session
 * captures what it needs of it at its accept.
 *
 * @param destinations by {@link #key}
 */
public record Snapshot(Map<String, Destination> destinations, Pools pools) {

  public Snapshot {
    destinations = Map.copyOf(destinations);
  }

  /** Names the socket of a listener: two listeners on any free port are two sockets. */
  static String key(ListenerConfig listener) {
    boolean anyPort = !listener.bind().isUnix() && listener.bind().port() == 0;
    return anyPort ? listener.name() + "@" + listener.bind() : listener.bind().toString();
  }
}
