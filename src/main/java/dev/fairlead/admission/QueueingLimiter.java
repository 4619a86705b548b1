package dev.fairlead.admission;

import dev.fairlead.config.QueueConfig;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Something that is limited, and the queue of those who wait for a place there. While the cluster
 * has not said whether it has more, others may wait for a moment too, whatever the queue holds.
 * Thread-safe.
 */
public abstract class QueueingLimiter {
  /** Most that wait for the cluster's answer: a moment's arrivals. */
  private static final int MOST_ASKING = 1024;

  /** Longest wait for the cluster's answer. */
  private static final Duration LONGEST_ASKING = Duration.ofMillis(500);

  private final WaitQueue queue = new WaitQueue();
  private final Consumer<Leased> onNeed;

  /**
   * @param onNeed is told, on any thread, of what somebody waits for until the cluster has answered
   */
  protected QueueingLimiter(Consumer<Leased> onNeed) {
    this.onNeed = onNeed;
  }

  /** Whether more places may come from the cluster, and none is there. */
  protected abstract boolean mayGrow();

  /** What there has to be for a place. */
  protected abstract Stream<Leased> needed();

  /** As the configuration has it now. */
  protected abstract QueueConfig queueConfig();

  /** Those who wait. */
  public final WaitQueue queue() {
    return queue;
  }

  /** Whether a queue is configured: else who waits only waits for the cluster's answer. */
  public final boolean hasQueue() {
    return queueConfig().size() > 0;
  }

  /** Longest wait. */
  public final Duration longestWait() {
    return hasQueue() ? queueConfig().timeout() : LONGEST_ASKING;
  }

  /** Whether one more may wait now. */
  public final boolean mayWait() {
    return queue.size() < mostWaiting();
  }

  /**
   * Has {@code waiter} wait.
   *
   * @return false = as many wait as may
   */
  public final boolean join(Waiter waiter) {
    boolean joined = queue.join(waiter, mostWaiting());
    if (joined && mayGrow()) {
      needed().filter(each -> each.limit() > 0).forEach(onNeed);
    }
    return joined;
  }

  /**
   * There may be places, or it is known that there are none: lets in, and turns away. Any thread.
   */
  public final void roomChanged() {
    if (!queue.isEmpty()) {
      queue.serve();
      queue.trim(mostWaiting());
    }
  }

  private int mostWaiting() {
    int size = queueConfig().size();
    return mayGrow() ? Math.max(size, MOST_ASKING) : size;
  }
}
