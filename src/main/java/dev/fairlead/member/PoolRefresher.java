package dev.fairlead.member;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.limit.Limiters;
import io.vertx.core.internal.ContextInternal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a worker refresh the pools whose backends have another status, one worker at a time. On its
 * context only.
 */
final class PoolRefresher {
  private static final Logger LOG = LoggerFactory.getLogger(PoolRefresher.class);

  private final ContextInternal context;
  private final Proxy proxy;
  private final Runnable done;

  /** Pools to be refreshed by the next worker. */
  private final Set<String> stale = new HashSet<>();

  private boolean refreshing;

  /** {@code done} is called after each turn of the worker. */
  PoolRefresher(ContextInternal context, Proxy proxy, Runnable done) {
    this.context = context;
    this.proxy = proxy;
    this.done = done;
  }

  /** The status of {@code pool}'s backends takes effect soon. */
  void refresh(String pool) {
    stale.add(pool);
    if (!refreshing) {
      refreshing = true;
      refreshAll();
    }
  }

  private void refreshAll() {
    List<Pool> pools = proxy.pools().stream().filter(pool -> stale.contains(pool.name())).toList();
    stale.clear();
    context
        .executeBlocking(
            () -> {
              pools.forEach(Pool::refresh);
              return null;
            })
        .onFailure(cause -> LOG.error("pools could not be refreshed", cause))
        .onComplete(
            refreshed -> {
              Limiters limiters = proxy.limiters();
              synchronized (limiters) { // A configuration may come into force at the same time.
                limiters.backendsChanged();
              }
              done.run();
              refreshing = !stale.isEmpty();
              if (refreshing) {
                refreshAll();
              }
            });
  }

  /** Whether no ejection and no slow start has to proceed. */
  boolean isSettled() {
    return proxy.pools().stream()
        .noneMatch(pool -> pool.isStale() || pool.backends().stream().anyMatch(Backend::isEjected));
  }
}
