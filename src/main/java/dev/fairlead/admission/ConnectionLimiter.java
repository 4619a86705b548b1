package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits the concurrent connections of one listener or one pool, and keeps newcomers behind the
 * queue of those that wait. Outlives reloads. Thread-safe; taking and giving back take no lock.
 */
public final class ConnectionLimiter extends LeasedPermits {
  private final WaitQueue queue;
  private final Runnable onRoom;
  private final LongAdder attempts = new LongAdder();
  private final Arrivals arrivals = new Arrivals(attempts::sum);

  /**
   * @param queue of the clients that wait for a permit
   * @param onRoom as of {@link LeasedPermits}
   * @param onExhausted likewise
   */
  public ConnectionLimiter(String key, WaitQueue queue, Runnable onRoom, Runnable onExhausted) {
    super(key, new Permits(), onRoom, onExhausted);
    this.queue = queue;
    this.onRoom = onRoom;
  }

  /** Applies the configured limit, 0 = none. Connections above it stay. */
  public void configure(int limit, LimitScope scope) {
    permits().configure(limit, scope);
    onRoom.run();
  }

  /** Takes a permit for a newcomer: fails also when the queue is not empty. */
  public boolean tryTake() {
    if (limit() != 0) {
      attempts.increment();
    }
    return queue.isEmpty() && permits().tryTake();
  }

  /** Gives a permit back and serves the queue. */
  public void giveBack() {
    permits().giveBack();
    onRoom.run();
  }

  @Override
  protected long demand() {
    return queue.size() + arrivals.recent();
  }
}
