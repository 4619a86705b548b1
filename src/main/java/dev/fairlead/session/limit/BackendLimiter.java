package dev.fairlead.session.limit;

import dev.fairlead.admission.Arrivals;
import dev.fairlead.admission.Leased;
import dev.fairlead.admission.Permits;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.pool.Backend;

/**
 * What one backend is allowed of the limit of its sessions; the backend counts them. Any thread.
 */
final class BackendLimiter implements Leased {
  private final Backend backend;
  private final PoolLimiter limiter;
  private final Permits permits;
  private final Arrivals arrivals;

  /**
   * @param backend of any configuration: its counts are those of all
   * @param limiter of its pool
   */
  BackendLimiter(Backend backend, PoolLimiter limiter) {
    this.backend = backend;
    this.limiter = limiter;
    this.permits = backend.permits();
    this.arrivals = new Arrivals(backend::total);
  }

  void configure(int limit, LimitScope scope) {
    permits.configure(limit, scope);
  }

  /** The backend has no limit any more, or is gone. */
  void remove() {
    configure(0, LimitScope.MEMBER);
  }

  boolean mayGrow() {
    return permits.mayGrow();
  }

  @Override
  public String key() {
    return "pool/" + backend.pool() + "/backend/" + backend.id();
  }

  @Override
  public int limit() {
    return permits.clusterLimit();
  }

  @Override
  public int inUse() {
    return permits.inUse();
  }

  @Override
  public int allowed() {
    return permits.allowed();
  }

  /** The pool's unmet demand, which any backend may meet, and as many as this one got lately. */
  @Override
  public int wanted() {
    return (int) Math.min(permits.clusterLimit(), limiter.unmetDemand() + arrivals.recent());
  }

  @Override
  public void allow(int count) {
    if (permits.allow(count)) {
      limiter.roomChanged();
    }
  }

  @Override
  public void exhausted(boolean none) {
    permits.exhausted(none);
    if (none) {
      limiter.onExhausted();
    }
  }
}
