package dev.fairlead.net;

import io.netty.util.internal.PlatformDependent;
import java.util.function.LongSupplier;

/**
 * How much direct memory, outside the heap, is in use: the bytes that sessions buffer are there.
 * Thread-safe; a query costs two reads.
 */
public final class DirectMemory {
  /** Above this share in use, memory is kept for the live sessions. */
  private static final double MOST = 0.9;

  /**
   * If the live sessions can use less than this share, most of what counts as used is free memory
   * that Netty pools after a peak load.
   */
  private static final double NEEDED = 0.5;

  private final LongSupplier used;
  private final long max;

  /**
   * @param used bytes, -1 = not known
   * @param max bytes there are
   */
  public DirectMemory(LongSupplier used, long max) {
    this.used = used;
    this.max = max;
  }

  /** That of this process, as Netty counts it. */
  public static DirectMemory ofProcess() {
    return new DirectMemory(
        PlatformDependent::usedDirectMemory, PlatformDependent.maxDirectMemory());
  }

  /**
   * True when no new client should be admitted.
   *
   * @param needed bytes that the sessions there may hold at most
   */
  public boolean isShort(long needed) {
    return used.getAsLong() > max * MOST && needed > max * NEEDED;
  }

  /** What is used and what there is, to be read by people. */
  @Override
  public String toString() {
    long mib = 1024L * 1024;
    return used.getAsLong() / mib + " of " + max / mib + " MiB of direct memory are in use";
  }
}
