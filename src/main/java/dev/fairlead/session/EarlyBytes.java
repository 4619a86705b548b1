package dev.fairlead.session;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one side has read before there is another side that could get it. On the session's event
 * loop; without {@link #take} or {@link #release} its memory is lost.
 */
final class EarlyBytes {
  /**
   * Bytes kept for a backend, plus one read. Raising it costs memory, lowering it below 84 KiB
   * leaves no room for the longest ClientHello.
   */
  private static final int MOST = 96 * 1024;

  private @Nullable ByteBuf bytes;

  /** Null = none; stays the owner's. */
  @Nullable ByteBuf bytes() {
    return bytes;
  }

  boolean isFull() {
    return bytes != null && bytes.readableBytes() >= MOST;
  }

  /** Copied: a client that sends one byte at a time would build too long a chain. */
  void add(ByteBufAllocator allocator, ByteBuf more) {
    bytes = bytes == null ? more : MERGE_CUMULATOR.cumulate(allocator, bytes, more);
  }

  /** Drops the first {@code count} bytes, which must be there. */
  void drop(int count) {
    if (!Objects.requireNonNull(bytes).skipBytes(count).isReadable()) {
      release();
    }
  }

  /** All of them, for the caller to release; null = none. */
  @Nullable ByteBuf take() {
    ByteBuf taken = bytes;
    bytes = null;
    return taken;
  }

  void release() {
    ByteBuf released = take();
    if (released != null) {
      released.release();
    }
  }
}
