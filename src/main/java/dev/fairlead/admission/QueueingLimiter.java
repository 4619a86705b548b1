package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.QueueConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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

  /** The cluster is asked no more often; in between it looks by itself. */
  private static final long ASKING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final WaitQueue queue = new WaitQueue();
  private volatile long askedAt = System.nanoTime() - ASKING_NANOS;
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
      ask();
    }
    return joined;
  }

  /** There may be places: lets in who waits. Any thread. */
  public final void roomChanged() {
    queue.serve();
  }

  /** Something is known to be had no more, or the queue is shorter: turns away. Any thread. */
  public final void hopeChanged() {
    queue.serve();
    if (!mayGrow()) {
      queue.trim(queueConfig().size());
    }
  }

  /** Asks the cluster for what is needed; whoever just did has asked for all. */
  protected final void ask() {
    long now = System.nanoTime();
    if (now - askedAt >= ASKING_NANOS) {
      askedAt = now;
      needed().filter(each -> each.limit() > 0).forEach(onNeed);
    }
  }

  private int mostWaiting() {
    int size = queueConfig().size();
    // Those that ask stay until they are answered, though a place may just be there.
    boolean isAsking = queue.size() > size || mayGrow();
    return isAsking ? Math.max(size, MOST_ASKING) : size;
  }
}
