package dev.fairlead.session.route;

import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.limit.PoolLimiter;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a listener sends a client: the end of one of its routes, shared by the sessions that take
 * it.
 *
 * @param route which one, as the configuration names it: {@code routes[0]}; null = the listener's
 *     own pool
 * @param tls the contexts of new connections to backends, null = they are in clear
 * @param sessions how many have come from this listener to the pool
 */
public record Destination(
    @Nullable String route,
    Pool pool,
    PoolLimiter poolLimiter,
    @Nullable Supplier<BackendContexts> tls,
    LongAdder sessions) {}
