package dev.fairlead.session;

import dev.fairlead.admission.Allowance;
import dev.fairlead.admission.Leased;
import dev.fairlead.admission.WaitQueue;
import dev.fairlead.config.LimitScope;
import dev.fairlead.pool.Backend;

/**
 * How many sessions one backend may have. They are counted by the backend; this keeps what it is
 * allowed. Any thread.
 */
final class BackendLimiter implements Leased {
  private final Backend backend;
  private final WaitQueue queue;
  private final Runnable onRoom;
  private final Allowance allowance = new Allowance();

  /** Of {@link Backend#total} when it was last looked at; on the thread of {@link Leased}. */
  private long totalBefore;

  /**
   * @param backend of any configuration: its counts are those of all
   * @param queue of those who wait for a backend of its pool
   * @param onRoom as of {@link dev.fairlead.admission.ConnectionLimiter}
   */
  BackendLimiter(Backend backend, WaitQueue queue, Runnable onRoom) {
    this.backend = backend;
    this.queue = queue;
    this.onRoom = onRoom;
    this.totalBefore = backend.total();
  }

  void configure(int limit, LimitScope scope) {
    allowance.configure(limit, scope, backend.active());
    backend.allow(allowance.allowed());
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

  /** Whoever waits might come here, and as many as came since this was last asked. */
  @Override
  public int wanted() {
    long total = backend.total();
    long came = total - totalBefore;
    totalBefore = total;
    return (int) Math.min(allowance.shared(), queue.size() + came);
  }

  @Override
  public void allow(int count) {
    boolean more = allowance.hold(count);
    backend.allow(allowance.allowed());
    if (more) {
      onRoom.run();
    }
  }

  @Override
  public void exhausted(boolean none) {
    allowance.exhausted(none);
    if (none) {
      onRoom.run();
    }
  }
}
