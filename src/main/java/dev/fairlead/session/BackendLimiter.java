package dev.fairlead.session;

import dev.fairlead.admission.Allowance;
import dev.fairlead.admission.Arrivals;
import dev.fairlead.admission.Leased;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.pool.Backend;

/**
 * How many sessions one backend may have. They are counted by the backend; this keeps what it is
 * allowed. Any thread.
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

  /** Whoever waits, or found no room, might come here, and as many as came here lately. */
  @Override
  public int wanted() {
    return (int) Math.min(allowance.shared(), limiter.missed() + arrivals.recent());
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
