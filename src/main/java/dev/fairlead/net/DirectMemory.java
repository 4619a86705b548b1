package dev.fairlead.net;

import io.netty.util.internal.PlatformDependent;
import java.util.function.LongSupplier;

/**
 * How much of the memory outside the heap is taken, where all that sessions hold of their bytes is.
 * Thread-safe; asking costs two reads.
 */
public final class DirectMemory {
  /** Beyond this share, what the live sessions may still need comes first. */
  private static final double MOST = 0.9;

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

  /** True when nobody new should be let in. */
  public boolean isShort() {
    return used.getAsLong() > max * MOST;
  }

  /** What is used and what there is, to be read by people. */
  @Override
  public String toString() {
    long mib = 1024L * 1024;
    return used.getAsLong() / mib + " of " + max / mib + " MiB of direct memory are in use";
  }
}
