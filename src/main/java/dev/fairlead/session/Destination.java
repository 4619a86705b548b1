package dev.fairlead.session;

import dev.fairlead.pool.Pool;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where a listener sends its clients; one for every listener of a snapshot, shared by its sessions.
 *
 * @param listener counters of the listener
 * @param route name of the route that matched, null = the listener's own pool
 * @param sessions counts the sessions that came this way
 */
public record Destination(ListenerCounters listener, String route, Pool pool, LongAdder sessions) {

  /** The way from {@code listener} to {@code pool} by no route. */
  public static Destination of(ListenerCounters listener, Pool pool) {
    return new Destination(listener, null, pool, listener.sessionsTo(pool.name()));
  }
}
