package dev.fairlead.observe;

import dev.fairlead.config.Plural;
import dev.fairlead.observe.sink.LostLinesException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects items and passes them to a sink in batches of {@link Limits#size}, or {@link
 * Limits#delay} after the first item, whichever is first. Any thread may offer; the sink runs on
 * the batcher's own daemon thread. An item is dropped and counted if {@link Limits#capacity} others
 * are queued or if the sink throws; the offering thread never blocks and never sees an exception.
 */
public final class Batcher<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  private final String name;
  private final Limits limits;
  private final Sink<T> sink;
  private final Queue<T> queue = new ConcurrentLinkedQueue<>();

  /** Items offered and not yet taken; incremented before the item is queued, so never too low. */
  private final AtomicInteger waiting = new AtomicInteger();

  private final LongAdder dropped = new LongAdder();
  private final Thread thread;
  private volatile boolean flushAsked;
  private volatile boolean closing;

  private final SinkWatch watch;

  /** What the sink has and has not written yet; null = nothing. */
  private volatile @Nullable Write write;

  /** Whether the last write failed. */
  private volatile boolean failing;

  /** The first failure since {@link #progress} was called; guarded by this. */
  private @Nullable Throwable failure;

  /** Items taken from the queue; {@code sinceNanos} as {@link System#nanoTime}. */
  private record Write(long sinceNanos, int items) {}

  /** The thread is called {@code name}; lines of the process log begin with it. */
  public Batcher(String name, Limits limits, Sink<T> sink) {
    this.name = name;
    this.limits = limits;
    this.sink = sink;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
    this.watch = new SinkWatch(name, this);
    watch.start();
  }

  /** Queues {@code item} without blocking; false = it was dropped. */
  public boolean offer(T item) {
    int count = waiting.incrementAndGet();
    // Checked after the increment: the thread ends only when it sees a count of zero.
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

  /** Calls the sink soon with the queued items, even if there are none; returns at once. */
  public void flush() {
    flushAsked = true;
    LockSupport.unpark(thread);
  }

  /** The number of items lost since the start. */
  public long dropped() {
    return dropped.sum();
  }

  /** The number of items that are neither written nor lost yet. */
  public int waiting() {
    Write now = write;
    return waiting.get() + (now == null ? 0 : now.items);
  }

  /** The name of the sink. */
  String target() {
    return sink.name();
  }

  /**
   * What {@link SinkWatch} looks at. A failure is in one result only, the first that counts its
   * items as dropped: without their cause they would be taken for those of a slow sink.
   */
  synchronized Progress progress() {
    Throwable first = failure;
    failure = null;
    Write now = write;
    Duration writing =
        now == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - now.sinceNanos);
    return new Progress(dropped(), waiting(), limits.capacity, writing, failing, first);
  }

  /**
   * State of the sink.
   *
   * @param writing how long the write that is under way takes already; zero = there is none
   * @param failing the last write failed
   * @param failure the first failure since the last result, null = none
   */
  record Progress(
      long dropped,
      int waiting,
      int capacity,
      Duration writing,
      boolean failing,
      @Nullable Throwable failure) {}

  /**
   * Refuses further items, passes on the remaining ones and closes the sink; returns when that is
   * done, at the latest after {@link Limits#closeTimeout}.
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
    watch.close();
    if (thread.isAlive()) {
      LOG.warn("{}: closed with {} not written", name, Plural.of(waiting(), "line"));
      thread.interrupt(); // Ends a wait for a server that is away.
    }
  }

  private void run() {
    long taken = System.nanoTime();
    while (!closing || waiting.get() > 0 || flushAsked) {
      awaitBatch(taken);
      taken = System.nanoTime();
      boolean flush = flushAsked;
      if (flush) {
        flushAsked = false;
      }
      List<T> batch = take();
      // Closing wakes the thread with nothing queued, and an item is counted before it is queued.
      if (flush || !batch.isEmpty()) {
        handOver(batch);
      }
      write = null;
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
    // Items that came in while the sink was busy have waited since then at most.
    long first = lastTaken;
    while (waiting.get() == 0 && !isUrgent()) {
      LockSupport.park(this);
      first = System.nanoTime();
    }
    long delay = limits.delay.toNanos();
    while (waiting.get() < limits.size && !isUrgent()) {
      long left = delay - (System.nanoTime() - first);
      if (left <= 0) {
        return;
      }
      LockSupport.parkNanos(this, left);
    }
  }

  private boolean isUrgent() {
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
    // Set before they leave the queue's count, so that no item is ever in neither.
    write = new Write(System.nanoTime(), batch.size());
    waiting.addAndGet(-batch.size());
    return batch;
  }

  private void handOver(List<T> batch) {
    try {
      sink.write(batch);
      failing = false;
    } catch (Throwable e) { // Even an Error must not end the thread that empties the queue.
      lost(batch, e);
    }
  }

  private synchronized void lost(List<T> batch, Throwable cause) {
    failure = failure == null ? cause : failure;
    failing = true;
    dropped.add(cause instanceof LostLinesException some ? some.count() : batch.size());
  }

  /** Receives the batches. Called by the batcher's thread only. */
  @FunctionalInterface
  public interface Sink<T> {

    /**
     * Writes {@code batch}, which is empty only after {@link Batcher#flush}. May block.
     *
     * @throws LostLinesException if some of {@code batch} are lost
     * @throws Exception if all of {@code batch} is lost
     */
    void write(List<T> batch) throws Exception;

    /** What the process log calls it; any thread. */
    default String name() {
      return "the sink";
    }

    /** Releases the sink's resources, after the last batch. */
    default void close() throws Exception {}
  }

  /**
   * Bounds of queue, batch and waiting times.
   *
   * @param capacity maximum number of queued items
   * @param size maximum batch size, at most {@code capacity}
   * @param delay maximum wait of an item while the sink is idle
   * @param closeTimeout maximum duration of {@link #close}
   */
  public record Limits(int capacity, int size, Duration delay, Duration closeTimeout) {
    public Limits {
      if (size < 1 || size > capacity) {
        throw new IllegalArgumentException("size " + size + " (expected: 1 to " + capacity + ")");
      }
    }
  }
}
