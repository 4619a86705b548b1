package dev.fairlead.observe;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers items and hands them to a sink in batches, {@link Limits#size} at a time or {@link
 * Limits#delay} after the first one, also when nothing more comes. Any thread may offer; the sink
 * runs on the batcher's own daemon thread. An item that finds {@link Limits#capacity} others
 * waiting, or whose sink throws, is dropped and counted: neither ever reaches the offering side.
 */
public final class Batcher<T> implements AutoCloseable {

  /** A time without a drop that ends a series of drops; each series is logged once. */
  private static final long QUIET_NANOS = Duration.ofSeconds(5).toNanos();

  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  private final String name;
  private final Limits limits;
  private final Sink<T> sink;
  private final Queue<T> queue = new ConcurrentLinkedQueue<>();

  /** Items offered and not yet taken; raised before the item is queued, so never too low. */
  private final AtomicInteger waiting = new AtomicInteger();

  private final LongAdder dropped = new LongAdder();
  private final Thread thread;
  private volatile boolean flushAsked;
  private volatile boolean closing;

  private long droppedBefore;
  private long lastDropNanos;
  private boolean inSeries;

  /**
   * @param name of the thread and in the log
   * @param sink called by one thread, one batch after the other
   */
  public Batcher(String name, Limits limits, Sink<T> sink) {
    this.name = name;
    this.limits = limits;
    this.sink = sink;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes {@code item} without ever blocking; false = it was dropped. */
  public boolean offer(T item) {
    int count = waiting.incrementAndGet();
    // Asked after the count is raised: the thread leaves only when it sees a count of zero.
    if (closing || count > limits.capacity) {
      waiting.decrementAndGet();
      dropped.increment();
      return false;
    }
    queue.add(item);
    if (count == 1 || count == limits.size) {
      LockSupport.unpark(thread);
    }
    return true;
  }

  /** Has the sink called soon with what is there, be it nothing; returns at once. */
  public void flush() {
    flushAsked = true;
    LockSupport.unpark(thread);
  }

  /** Items lost since the start. */
  public long dropped() {
    return dropped.sum();
  }

  /**
   * Takes no more items, hands over what is left, closes the sink and returns when that is done, at
   * the latest after {@link Limits#closeTimeout}.
   */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(Math.max(1, limits.closeTimeout.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("{}: closed with {} items not handed over", name, waiting.get());
    }
  }

  private void run() {
    long taken = System.nanoTime();
    while (!closing || waiting.get() > 0) {
      awaitBatch(taken);
      flushAsked = false;
      taken = System.nanoTime();
      handOver(take());
    }
    closeSink();
  }

  private void closeSink() {
    try {
      sink.close();
    } catch (Exception e) {
      LOG.error("{}: closing failed", name, e);
    }
  }

  private void awaitBatch(long lastTaken) {
    // What came in while the sink was busy has waited since then, at the longest.
    long first = lastTaken;
    while (waiting.get() == 0 && !hurry()) {
      LockSupport.park(this);
      first = System.nanoTime();
    }
    long delay = limits.delay.toNanos();
    while (waiting.get() < limits.size && !hurry()) {
      long left = delay - (System.nanoTime() - first);
      if (left <= 0) {
        return;
      }
      LockSupport.parkNanos(this, left);
    }
  }

  private boolean hurry() {
    return closing || flushAsked;
  }

  private List<T> take() {
    List<T> batch = new ArrayList<>(Math.min(limits.size, waiting.get()));
    while (batch.size() < limits.size) {
      T item = queue.poll();
      if (item == null) {
        break;
      }
      batch.add(item);
    }
    waiting.addAndGet(-batch.size());
    return batch;
  }

  private void handOver(List<T> batch) {
    Throwable failure = null;
    try {
      sink.write(batch);
    } catch (Throwable e) { // Even an Error must not end the only thread that empties the queue.
      failure = e;
      dropped.add(batch.size());
    }
    report(failure);
  }

  private void report(Throwable failure) {
    long count = dropped.sum();
    if (failure != null || count > droppedBefore) {
      if (!inSeries) {
        logLoss(count, failure);
      }
      inSeries = true;
      lastDropNanos = System.nanoTime();
    } else if (inSeries && System.nanoTime() - lastDropNanos > QUIET_NANOS) {
      inSeries = false;
      LOG.info("{}: no longer dropping, {} items were lost in all", name, count);
    }
    droppedBefore = count;
  }

  private void logLoss(long count, Throwable failure) {
    if (failure == null) {
      LOG.error("{}: cannot keep up, {} items dropped so far", name, count);
    } else if (failure instanceof IOException) { // A full disk needs no stack trace, a bug does.
      LOG.error("{}: {} items dropped so far: {}", name, count, failure.toString());
    } else {
      LOG.error("{}: {} items dropped so far", name, count, failure);
    }
  }

  /** Where batches go. Called by the batcher's thread alone. */
  @FunctionalInterface
  public interface Sink<T> {

    /**
     * Writes {@code batch}, which is empty only after {@link Batcher#flush}, and may take its time.
     *
     * @throws Exception if all of {@code batch} is lost
     */
    void write(List<T> batch) throws Exception;

    /** Releases what the sink holds, after the last batch. */
    default void close() throws Exception {}
  }

  /**
   * How much and how long is waited.
   *
   * @param capacity most items waiting at once
   * @param size most items in a batch, at most {@code capacity}
   * @param delay longest wait of an item while the sink is idle
   * @param closeTimeout longest wait of {@link #close}
   */
  public record Limits(int capacity, int size, Duration delay, Duration closeTimeout) {
    public Limits {
      if (size < 1 || size > capacity) {
        throw new IllegalArgumentException("size " + size + " (expected: 1 to " + capacity + ")");
      }
    }
  }
}
