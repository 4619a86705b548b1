package dev.fairlead.session;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one side has read before there is another side that could get it. On the session's event
 * loop; without {@link #takeEarly} or {@link #releaseEarly} its memory is lost. A part of {@link
 * Side} that is not an object of its own, which each connection would have to allocate.
 */
class EarlyBytes extends ChannelInboundHandlerAdapter {
  /**
   * Bytes kept for a backend, plus one read. Raising it costs memory, lowering it below 84 KiB
   * leaves no room for the longest ClientHello.
   */
  private static final int MOST = 96 * 1024;

  private @Nullable ByteBuf early;

  /** What is kept until there is another side; null = nothing. Stays this side's. */
  final @Nullable ByteBuf early() {
    return early;
  }

  final boolean isEarlyFull() {
    return early != null && early.readableBytes() >= MOST;
  }

  /** Copied: a client that sends one byte at a time would build too long a chain. */
  final void addEarly(ByteBufAllocator allocator, ByteBuf more) {
    early = early == null ? more : MERGE_CUMULATOR.cumulate(allocator, early, more);
  }

  /** Drops the first {@code count} bytes, which must be there: they are not for the other side. */
  void dropEarly(int count) {
    if (!Objects.requireNonNull(early).skipBytes(count).isReadable()) {
      releaseEarly();
    }
  }

  /** All of them, for the caller to release; null = none. */
  final @Nullable ByteBuf takeEarly() {
    ByteBuf taken = early;
    early = null;
    return taken;
  }

  final void releaseEarly() {
    ByteBuf released = takeEarly();
    if (released != null) {
      released.release();
    }
  }
}
