package dev.fairlead.session.limit;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions this member has, over all its event loops, and whether it may have more.
 * Thread-safe.
 */
public final class SessionCount {
  /** Of a session with one side that does not read: what waits for it, and one read. */
  private static final long MOST_BYTES = 192 * 1024;

  private final AtomicInteger live = new AtomicInteger();
  private final int max;
  private final DirectMemory memory;
  private volatile Runnable onFirst = () -> {};

  /** At most {@code max}, at least 1, and as many as this process has memory for. */
  public SessionCount(int max) {
    this(
        max,
        new DirectMemory(PlatformDependent::usedDirectMemory, PlatformDependent.maxDirectMemory()));
  }

  public SessionCount(int max, DirectMemory memory) {
    this.max = max;
    this.memory = memory;
  }

  public int live() {
    return live.get();
  }

  public int max() {
    return max;
  }

  public boolean isFull() {
    return live.get() >= max;
  }

  /** Why no further client should be accepted now; null = one may. */
  public @Nullable String overload() {
    if (isFull()) {
      return "as many sessions as node.maxSessions allows: " + max;
    }
    return memory.isShort(live() * MOST_BYTES) ? memory.toString() : null;
  }

  /** Has {@code action} called, on any event loop, when there is a session and was none before. */
  public void onFirst(Runnable action) {
    onFirst = action;
  }

  public void opened() {
    if (live.getAndIncrement() == 0) {
      onFirst.run();
    }
  }

  /** True when this has made room for another one. */
  public boolean closed() {
    return live.getAndDecrement() == max;
  }

  /**
   * The memory outside the heap, where all that sessions hold of their bytes is.
   *
   * @param used bytes, -1 = not known
   * @param max bytes there are
   */
  public record DirectMemory(LongSupplier used, long max) {
    /** Above this share in use, memory is kept for the live sessions. */
    private static final double MOST = 0.9;

    /**
     * If the live sessions can use less than this share, most of what counts as used is free memory
     * that Netty pools after a peak load.
     */
    private static final double NEEDED = 0.5;

    private boolean isShort(long mostOfSessions) {
      return used.getAsLong() > max * MOST && mostOfSessions > max * NEEDED;
    }

    /** For people. */
    @Override
    public String toString() {
      long mib = 1024L * 1024;
      return used.getAsLong() / mib + " of " + max / mib + " MiB of direct memory are in use";
    }
  }
}
