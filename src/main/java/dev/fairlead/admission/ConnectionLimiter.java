package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits the concurrent connections of one listener or one pool, and keeps newcomers behind the
 * queue of those that wait. Outlives reloads. Thread-safe; taking and giving back take no lock.
 */
public final class ConnectionLimiter implements Leased {
  private final String key;
  private final WaitQueue queue;
  private final Runnable onRoom;
  private final Runnable onExhausted;
  private final Permits permits = new Permits();
  private final LongAdder attempts = new LongAdder();
  private final Arrivals arrivals = new Arrivals(attempts::sum);

  /**
   * @param queue of the clients that wait for a permit
   * @param onRoom run on any thread when a permit may have become free
   * @param onExhausted run on any thread when the cluster has reported that it has no permit left
   */
  public ConnectionLimiter(String key, WaitQueue queue, Runnable onRoom, Runnable onExhausted) {
    this.key = key;
    this.queue = queue;
    this.onRoom = onRoom;
    this.onExhausted = onExhausted;
  }

  /**
   * Applies the configured limit. Connections above it stay.
   *
   * @param limit 0 = none
   */
  public void configure(int limit, LimitScope scope) {
    permits.configure(limit, scope);
    onRoom.run();
  }

  /** Takes a permit for a newcomer: fails also when the queue is not empty. */
  public boolean tryTake() {
    if (permits.clusterLimit() != 0) {
      attempts.increment();
    }
    return queue.isEmpty() && permits.tryTake();
  }

  /** Gives a permit back and serves the queue. */
  public void giveBack() {
    permits.giveBack();
    onRoom.run();
  }

  /** To be used directly while the queue is served: takes in turn, and gives back quietly. */
  public Permits permits() {
    return permits;
  }

  @Override
  public String key() {
    return key;
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

  /** The length of the queue, and the arrivals expected by the next refresh. */
  @Override
  public int wanted() {
    return (int) Math.min(permits.clusterLimit(), queue.size() + arrivals.recent());
  }

  @Override
  public void allow(int count) {
    if (permits.allow(count)) {
      onRoom.run();
    }
  }

  @Override
  public void exhausted(boolean exhausted) {
    permits.exhausted(exhausted);
    if (exhausted) {
      onExhausted.run();
    }
  }
}
