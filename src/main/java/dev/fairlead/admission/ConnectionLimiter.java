package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many connections there may be at once of one kind: of a listener, or of a pool. Those of this
 * member are counted with or without a limit, so that a limit which comes later finds them counted.
 * Lives as long as the process, across reloads. Thread-safe; taking and giving back cost one atomic
 * step each, and no lock.
 */
public final class ConnectionLimiter implements Leased {
  private final String key;
  private final WaitQueue queue;
  private final Runnable onRoom;
  private final Runnable onNone;
  private final Allowance allowance = new Allowance();
  private final AtomicInteger taken = new AtomicInteger();
  private final LongAdder attempts = new LongAdder();

  private final Arrivals arrivals = new Arrivals(attempts::sum);

  /**
   * @param queue of those who wait for one
   * @param onRoom is run, on any thread, when one may be there that was not
   * @param onNone is run, on any thread, when it is known that the cluster has none
   */
  public ConnectionLimiter(String key, WaitQueue queue, Runnable onRoom, Runnable onNone) {
    this.key = key;
    this.queue = queue;
    this.onRoom = onRoom;
    this.onNone = onNone;
  }

  /**
   * What the configuration says from now on. Connections above it stay.
   *
   * @param limit 0 = none
   */
  public void configure(int limit, LimitScope scope) {
    allowance.configure(limit, scope, taken.get());
    onRoom.run();
  }

  /** Takes one for somebody who has just come, if it is there and nobody waits for it. */
  public boolean tryTake() {
    if (allowance.shared() != 0) {
      attempts.increment();
    }
    return queue.isEmpty() && tryTakeInTurn();
  }

  /** Takes one, if it is there, for the first one in the queue. */
  public boolean tryTakeInTurn() {
    int now = taken.get();
    while (now < allowance.allowed()) {
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
      now = taken.get();
    }
    return false;
  }

  /** Gives one back, for which somebody may wait. */
  public void giveBack() {
    putBack();
    onRoom.run();
  }

  /** Gives one back that was taken in turn; whoever waits tries it anyway. */
  public void putBack() {
    if (taken.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
      throw new IllegalStateException(key + ": given back more often than taken");
    }
  }

  /** True when none is left here. */
  public boolean isFull() {
    return taken.get() >= allowance.allowed();
  }

  /** True when none is left here, but the cluster has not said yet that it has none. */
  public boolean mayGrow() {
    return allowance.mayGrow(taken.get());
  }

  @Override
  public int allowed() {
    return allowance.allowed();
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public int limit() {
    return allowance.shared();
  }

  @Override
  public int inUse() {
    return taken.get();
  }

  /** Those who wait, and as many as have come lately. */
  @Override
  public int wanted() {
    return (int) Math.min(allowance.shared(), queue.size() + arrivals.recent());
  }

  @Override
  public void allow(int count) {
    if (allowance.hold(count)) {
      onRoom.run();
    }
  }

  @Override
  public void exhausted(boolean none) {
    allowance.exhausted(none);
    if (none) {
      onNone.run();
    }
  }
}
