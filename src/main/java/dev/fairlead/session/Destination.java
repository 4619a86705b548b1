package dev.fairlead.session;

import dev.fairlead.admission.AccessList;
import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.pool.Pool;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where a listener sends its clients, and which of them; one for every listener of a snapshot,
 * shared by its sessions.
 *
 * @param listener counters of the listener
 * @param access whom the listener takes
 * @param limiter how many of them
 * @param route name of the route that matched, null = the listener's own pool
 * @param poolLimiter how many sessions the pool takes
 * @param sessions counts the sessions that came this way
 */
public record Destination(
    ListenerCounters listener,
    AccessList access,
    ListenerLimiter limiter,
    String route,
    Pool pool,
    PoolLimiter poolLimiter,
    LongAdder sessions) {

  /** The way from {@code listener} to {@code pool} by no route. */
  public static Destination of(
      ListenerCounters listener, AccessList access, Pool pool, Limiters limiters) {
    return new Destination(
        listener,
        access,
        limiters.listener(listener.listener()),
        null,
        pool,
        limiters.pool(pool.name()),
        listener.sessionsTo(pool.name()));
  }
}
