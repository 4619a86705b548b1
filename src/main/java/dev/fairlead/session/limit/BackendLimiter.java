package dev.fairlead.session.limit;

import dev.fairlead.admission.Allowance;
import dev.fairlead.admission.Arrivals;
import dev.fairlead.admission.Leased;
import dev.fairlead.config.LimitScope;
import dev.fairlead.pool.Backend;

/**
 * What one backend is allowed of the limit of its sessions; the backend counts them. Any thread.
 */
final class BackendLimiter implements Leased {
  private final Backend backend;
  private final PoolLimiter limiter;
  private final Allowance allowance;
  private final Arrivals arrivals;

  /**
   * @param backend of any configuration: its counts are those of all
   * @param limiter of its pool
   */
  BackendLimiter(Backend backend, PoolLimiter limiter) {
    this.backend = backend;
    this.limiter = limiter;
    this.allowance = new Allowance(backend::allow);
    this.arrivals = new Arrivals(backend::total);
  }

  void configure(int limit, LimitScope scope) {
    allowance.configure(limit, scope, backend.active());
  }

  /** The backend has no limit any more, or is gone. */
  void remove() {
    configure(0, LimitScope.MEMBER);
  }

  boolean mayGrow() {
    return allowance.mayGrow(backend.active());
  }

  @Override
  public String key() {
    return "pool/" + backend.pool() + "/backend/" + backend.id();
  }

  @Override
  public int limit() {
    return allowance.shared();
  }

  @Override
  public int inUse() {
    return backend.active();
  }

  @Override
  public int allowed() {
    return allowance.allowed();
  }

  /** The pool's unmet demand, which any backend may meet, and as many as this one got lately. */
  @Override
  public int wanted() {
    return (int) Math.min(allowance.shared(), limiter.unmetDemand() + arrivals.recent());
  }

  @Override
  public void allow(int count) {
    if (allowance.hold(count)) {
      limiter.roomChanged();
    }
  }

  @Override
  public void exhausted(boolean none) {
    allowance.exhausted(none);
    if (none) {
      limiter.hopeChanged();
    }
  }
}
