package dev.fairlead.session;

import dev.fairlead.admission.AccessList;
import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.limit.PoolLimiter;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Which clients a listener admits, and where it sends them; one for every listener of a snapshot,
 * shared by its sessions.
 *
 * @param route name of the route that matched, null = the listener's own pool
 */
public record Destination(
    ListenerCounters listener,
    AccessList access,
    ListenerLimiter limiter,
    @Nullable String route,
    Pool pool,
    PoolLimiter poolLimiter,
    LongAdder sessions) {

  /** From {@code listener} to {@code pool}, by no route. */
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
