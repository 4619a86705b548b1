package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.QueueConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A limit of connections and the queue of the clients that wait for a permit. While the cluster may
 * still grant permits, clients beyond the configured queue may wait for its answer, for at most
 * half a second. Thread-safe.
 *
 * <p>An implementation must call {@link #roomChanged} whenever a permit may have become free, else
 * clients wait until their time-out, and {@link #onExhausted} when the cluster has reported that it
 * has none, else they wait for an answer that was given.
 */
public abstract class QueueingLimiter {
  /**
   * The most clients that wait for the cluster's answer. Raising it lets a larger burst through at
   * a new limit, at the expense of memory; those beyond it are refused at once.
   */
  private static final int MAX_AWAITING_GRANT = 1024;

  /**
   * The longest wait for the cluster's answer. Raising it refuses fewer clients while the cluster
   * is slow, at the expense of a later refusal of those that get no permit.
   */
  private static final Duration GRANT_TIMEOUT = Duration.ofMillis(500);

  /**
   * The shortest time between two requests to the cluster; it also refreshes by itself. Lowering it
   * grants the permits of a burst sooner, at the expense of more calls to its context.
   */
  private static final long REQUEST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final WaitQueue queue = new WaitQueue();
  private final LimitRefusals refusals = new LimitRefusals();
  private volatile long requestedAt = System.nanoTime() - REQUEST_INTERVAL_NANOS;
  private final Consumer<Leased> onDemand;

  /**
   * @param onDemand is called, on any thread, with each limit for whose permits a client waits
   */
  protected QueueingLimiter(Consumer<Leased> onDemand) {
    this.onDemand = onDemand;
  }

  /** The limits that the cluster may share; a client needs a permit of each. */
  public abstract Stream<Leased> leased();

  /** Whether no permit is left and the cluster may grant more. */
  protected abstract boolean mayGrow();

  protected abstract QueueConfig queueConfig();

  /** The key of the limit that has no permit for the next client. */
  protected abstract String exhausted();

  public final boolean isInUse() {
    return !queue.isEmpty() || leased().anyMatch(each -> each.inUse() > 0);
  }

  /** Counts a client that was refused, or has waited in vain, for want of a permit. */
  public final void refused(String reason) {
    refusals.add(exhausted(), reason);
  }

  public final LimitRefusals refusals() {
    return refusals;
  }

  public final WaitQueue queue() {
    return queue;
  }

  /** Whether a queue is configured; without one, clients only wait for the cluster's answer. */
  public final boolean hasQueue() {
    return queueConfig().size() > 0;
  }

  public final Duration longestWait() {
    return hasQueue() ? queueConfig().timeout() : GRANT_TIMEOUT;
  }

  public final boolean mayWait() {
    return queue.size() < capacity();
  }

  /** Queues {@code waiter} and requests permits for it; false if the queue is full. */
  public final boolean join(WaitQueue.Waiter waiter) {
    boolean joined = queue.join(waiter, capacity());
    if (joined && mayGrow()) {
      requestPermits();
    }
    return joined;
  }

  /** Serves the queue, since a permit may have become free. Any thread. */
  public final void roomChanged() {
    queue.serve();
  }

  /**
   * Refuses the clients beyond the configured queue if no more permits will come: to be called when
   * the cluster has reported that it has none. Any thread.
   */
  public final void onExhausted() {
    queue.serve();
    if (!mayGrow()) {
      queue.trim(queueConfig().size());
    }
  }

  /** To be called when the limits and the queue's size have changed. */
  protected final void reconfigured() {
    onExhausted();
    requestPermits();
  }

  /** Requests permits from the cluster; one request serves all that wait. */
  private void requestPermits() {
    long now = System.nanoTime();
    if (now - requestedAt >= REQUEST_INTERVAL_NANOS) {
      requestedAt = now;
      leased().filter(each -> each.limit() > 0).forEach(onDemand);
    }
  }

  private int capacity() {
    int size = queueConfig().size();
    // Clients that wait for an answer keep waiting even if a permit has just become free.
    boolean awaitsGrant = queue.size() > size || mayGrow();
    return awaitsGrant ? Math.max(size, MAX_AWAITING_GRANT) : size;
  }
}
