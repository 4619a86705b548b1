package dev.fairlead.net;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * How many bytes the next buffer of a connection has, by what its reads have filled: more after a
 * full one, less after two rounds of the loop that would have fitted in the next smaller size. It
 * chooses the same as Netty's {@link AdaptiveRecvByteBufAllocator}, whose three objects each
 * channel would have to allocate: so it is a part of {@link EpollInput}, not an object. On the
 * event loop.
 */
class ReadSize {
  private static final int SMALLEST = 64;
  private static final int FIRST = 2048;

  /** Measured: with 64 KiB bulk costs 1.4 times the CPU, with 256 KiB no less. */
  private static final int LARGEST = 128 * 1024;

  /** Asks for these sizes; only channels that are not {@link EpollTcp} have handles of it. */
  static final RecvByteBufAllocator ADAPTIVE =
      new AdaptiveRecvByteBufAllocator(SMALLEST, FIRST, LARGEST);

  // Sizes are multiples of 16 below 512, and powers of two from there on.
  private static final int STEP = 16;
  private static final int POWERS_FROM = 512;
  private static final int STEPS = POWERS_FROM / STEP - 1;

  /** Sizes by which a full buffer raises the next one. */
  private static final int RAISE = 4;

  private static final int LOWEST = indexOf(SMALLEST);
  private static final int HIGHEST = indexOf(LARGEST);

  private int readInRound;
  private byte index = (byte) indexOf(FIRST);

  /** The round before was small. */
  private boolean small;

  final int nextSize() {
    return size(index);
  }

  final void beginRound() {
    readInRound = 0;
  }

  /** A read into {@code room} bytes has given {@code count}, which is negative at the end. */
  final void hasRead(int room, int count) {
    if (count == room) {
      adapt(count);
    }
    readInRound += Math.max(count, 0);
  }

  final void endRound() {
    adapt(readInRound);
  }

  private void adapt(int bytes) {
    if (bytes <= size(Math.max(index - 1, 0))) {
      index = small ? (byte) Math.max(index - 1, LOWEST) : index;
      small = !small;
    } else if (bytes >= size(index)) {
      index = (byte) Math.min(index + RAISE, HIGHEST);
      small = false;
    }
  }

  private static int size(int index) {
    return index < STEPS ? STEP * (index + 1) : POWERS_FROM << (index - STEPS);
  }

  private static int indexOf(int size) {
    int index = 0;
    while (size(index) < size) {
      index++;
    }
    return index;
  }
}
