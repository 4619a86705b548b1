package dev.fairlead.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/**
 * Writes to a connection of {@link EpollTcp} until the kernel takes no more, which it reports once
 * it does. On the event loop.
 */
final class EpollOutput {
  /** Buffers in one write. Raising it saves system calls, lowering it memory of each loop. */
  private static final int MOST_GATHERED = 256;

  private static final FastThreadLocal<IovArray> GATHERED =
      new FastThreadLocal<>() {
        @Override
        protected IovArray initialValue() {
          return new IovArray(MOST_GATHERED);
        }

        @Override
        protected void onRemoval(IovArray gathered) {
          gathered.release();
        }
      };

  /** What writes that were not done fail with. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could mislead
  static final ClosedChannelException CLOSED = new Closed();

  private final EpollTcp channel;
  private boolean blocked;
  private boolean spliced;

  /** The rest is written in the next round. */
  private boolean waiting;

  EpollOutput(EpollTcp channel) {
    this.channel = channel;
  }

  /** The kernel takes no bytes. */
  boolean isBlocked() {
    return blocked;
  }

  /** Some bytes were written by splice(2), which does not tell all errors. */
  boolean hasSpliced() {
    return spliced;
  }

  /** The kernel has room again; true = it had none. */
  boolean unblock() {
    boolean was = blocked;
    blocked = false;
    return was;
  }

  /** What can be written: outside the heap, in one piece. Takes {@code message}. */
  Object writable(Object message) {
    if (message instanceof SplicePipe.Bytes) {
      return message;
    }
    ByteBuf bytes = (ByteBuf) message;
    if (bytes.hasMemoryAddress() || (bytes.isDirect() && bytes.nioBufferCount() == 1)) {
      return bytes;
    }
    try {
      return channel.alloc().directBuffer(bytes.readableBytes()).writeBytes(bytes);
    } finally {
      bytes.release();
    }
  }

  /** Writes what is flushed; {@code flush} is called to go on when others had their turn. */
  void write(ChannelOutboundBuffer pending, Runnable flush) throws Exception {
    for (int i = channel.config().getWriteSpinCount(); i > 0 && !pending.isEmpty(); i--) {
      long count = pending.size() == 1 ? writeOne(pending) : writeMany(pending);
      if (count == 0) {
        blocked = true;
        return;
      }
    }
    if (!pending.isEmpty() && !waiting) {
      waiting = true;
      channel
          .nextRound()
          .add(
              () -> {
                waiting = false;
                flush.run();
              });
    }
  }

  /** Bytes written, or 1 for a buffer without any; 0 = the kernel takes none. */
  private long writeOne(ChannelOutboundBuffer pending) throws IOException {
    if (pending.current() instanceof SplicePipe.Bytes spliced) {
      return writeSpliced(pending, spliced);
    }
    ByteBuf bytes = (ByteBuf) pending.current();
    if (!bytes.isReadable()) {
      pending.remove();
      return 1;
    }
    FileDescriptor to = channel.descriptor();
    int count =
        bytes.hasMemoryAddress()
            ? to.writeAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex())
            : writeBuffer(to, bytes);
    if (count > 0) {
      pending.removeBytes(count);
    }
    return count;
  }

  /** Where Netty does without Unsafe. */
  private static int writeBuffer(FileDescriptor to, ByteBuf bytes) throws IOException {
    ByteBuffer piece = bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes());
    return to.write(piece, piece.position(), piece.limit());
  }

  private long writeSpliced(ChannelOutboundBuffer pending, SplicePipe.Bytes bytes)
      throws IOException {
    spliced = true;
    int count = bytes.write(channel.descriptor());
    if (bytes.isWritten()) {
      pending.remove();
    } else {
      pending.progress(count);
    }
    return count;
  }

  private long writeMany(ChannelOutboundBuffer pending) throws Exception {
    IovArray gathered = GATHERED.get();
    gathered.clear();
    pending.forEachFlushedMessage(gathered);
    if (gathered.count() <= 1) {
      return writeOne(pending);
    }
    FileDescriptor to = channel.descriptor();
    long count = to.writevAddresses(gathered.memoryAddress(0), gathered.count());
    if (count > 0) {
      pending.removeBytes(count);
    }
    return count;
  }

  /** Without a stack trace, which would tell nobody anything. */
  private static final class Closed extends ClosedChannelException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
