package dev.fairlead.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a connection of {@link EpollTcp} and reports what it reads. The kernel reports an edge
 * once, so what it has said is remembered here. One buffer in a round of the loop, so that a fast
 * peer does not keep others waiting. On the event loop.
 *
 * <pre>
 * a read that fills its buffer       more may be there: reads again in the next round
 * a shorter one                      nothing was left; the next byte is an edge again
 * a shorter one after FIN, error or  reads on until the kernel says that nothing is there: a read
 * urgent data                        ends before urgent data, and no edge follows
 * </pre>
 *
 * A long stream is not copied but spliced, see {@link SplicePipe}, until it turns into small
 * pieces. Where nothing comes of that, a read says whether there is an end.
 */
final class EpollInput extends ReadSize implements Runnable {
  /**
   * Large reads in a row, after which a stream is spliced, and small ones, after which it is copied
   * again. Raising it leaves streams that change as they are, lowering it saves more.
   */
  private static final int STREAM_READS = 4;

  /** What counts as large. A pipe costs more than copying for less. */
  private static final int LARGE = 16 * 1024;

  /** In one round, to an end. Raising it is quicker with that, lowering it fairer to others. */
  private static final int MOST_READS = 16;

  // Linux numbers, include/uapi/linux/eventpoll.h.
  static final int EPOLLPRI = 0x2;
  static final int EPOLLHUP = 0x10;

  private static final int ERROR = EpollIoOps.EPOLLERR.value();
  private static final int NOT_ONLY_BYTES =
      EpollIoOps.EPOLLRDHUP.value() | ERROR | EPOLLHUP | EPOLLPRI;
  private static final int READABLE = EpollIoOps.EPOLLIN.value() | NOT_ONLY_BYTES;

  private final EpollTcp channel;
  private final EpollOutput output;

  /** Somebody has asked for the next read. */
  private boolean asked;

  /** The kernel has reported something that was not read to its end. */
  private boolean readable;

  /** More than bytes is there to read. */
  private boolean ending;

  /** The kernel has reported an error: whether reading is on or not, it is read up to that. */
  private boolean broken;

  /** That error is gone: a read will take the reset for a FIN. */
  private boolean errorLost;

  /** A read is under way or comes in the next round. */
  private boolean reading;

  /** The peer has sent its FIN, or the channel is closed. */
  private boolean done;

  private boolean halfClosureAllowed;

  /** Pipes of this loop; 0 = this stream must not be spliced. */
  private int mostPipes;

  /** Reads in a row that a stream makes, or, while {@link #pipe} is there, that no stream makes. */
  private int inARow;

  /** Not null = what is read goes through it. */
  private @Nullable SplicePipe pipe;

  /** The pipe is full, or there is nothing to read: known once it is empty. */
  private boolean pipeWaits;

  EpollInput(EpollTcp channel, EpollOutput output) {
    this.channel = channel;
    this.output = output;
  }

  /** Whether the peer's FIN ends one direction only, or the channel. */
  void allowHalfClosure(boolean allowed) {
    halfClosureAllowed = allowed;
  }

  /** What the kernel reports; read before anything is written, because a failed write ends that. */
  void report(int ops) {
    if ((ops & READABLE) != 0) {
      readable = true;
      ending |= (ops & NOT_ONLY_BYTES) != 0;
      if ((ops & ERROR) != 0 || isErrorLost(ops)) {
        broken = true;
        errorLost = isErrorLost(ops);
        stopSplicing(); // a full pipe would keep the error back
      }
      read();
    }
    reportResetAfterFin();
  }

  private void reportResetAfterFin() {
    if (broken && done && channel.isOpen()) {
      broken = false;
      PeerReset.report(channel);
    }
  }

  /**
   * An end of both directions without an error though ours goes on: a write has received the error,
   * and splice(2) does not tell if it has taken some bytes before. A read will say that it is a
   * FIN.
   */
  private boolean isErrorLost(int ops) {
    return (ops & ERROR) == 0 && (ops & EPOLLHUP) != 0 && !isOutputShutdown();
  }

  private boolean isOutputShutdown() {
    return channel.descriptor() instanceof TcpSocket socket && socket.isOutputShutdown();
  }

  /** At the end of the input: whether it is a reset, which splice(2) has kept to itself. */
  private boolean isReset() {
    return errorLost || (output.hasSpliced() && SocketTuning.isErrorLost(channel));
  }

  /** The owner wants one read more, whatever its auto-read is. */
  void ask() {
    asked = true;
    readInNextRound();
  }

  /** Auto-read was switched off. */
  void pause() {
    asked = false;
  }

  void close() {
    done = true;
    stopSplicing();
  }

  /** The reader of this channel writes all to another {@link EpollTcp}, as it comes. */
  void allowSplice(int pipes) {
    mostPipes = pipes;
  }

  private void stopSplicing() {
    if (pipe != null) {
      pipe.close();
      pipe = null;
      pipeWaits = false;
    }
  }

  private void pipeEmpty() {
    if (pipeWaits) {
      pipeWaits = false;
      readInNextRound();
    }
  }

  private boolean mayRead() {
    return readable && !done && !pipeWaits && (broken || asked || channel.config().isAutoRead());
  }

  private void readInNextRound() {
    if (!reading && mayRead() && channel.isRegistered()) {
      reading = true;
      channel.nextRound().add(this);
    }
  }

  /** The round for which {@link #readInNextRound} has asked. */
  @Override
  public void run() {
    reading = false;
    read();
  }

  private void read() {
    if (reading || !mayRead()) {
      return;
    }
    reading = true;
    ChannelPipeline pipeline = channel.pipeline();
    Throwable failure = null;
    int count = 1;
    beginRound();
    try {
      for (int i = 0; i < MOST_READS && count > 0 && (i == 0 || ending) && mayRead(); i++) {
        count = pipe == null ? readBuffer(pipeline) : splice(pipeline, pipe);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
    endRound();
    pipeline.fireChannelReadComplete();
    reading = false;
    if (failure != null) {
      failed(pipeline, failure);
    } else if (count < 0 && isReset()) {
      failed(pipeline, PeerReset.exception());
    } else if (count < 0) {
      ended(pipeline);
    }
    reportResetAfterFin();
    readInNextRound();
  }

  private void failed(ChannelPipeline pipeline, Throwable failure) {
    broken = false;
    pipeline.fireExceptionCaught(failure);
    if (!(failure instanceof RuntimeException)) {
      ended(pipeline);
    }
  }

  private void ended(ChannelPipeline pipeline) {
    if (done) {
      return;
    }
    if (halfClosureAllowed) {
      done = true;
      pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    } else {
      channel.unsafe().close(channel.unsafe().voidPromise());
    }
  }

  /** Bytes read; 0 = there is none now, -1 = the end. */
  private int readBuffer(ChannelPipeline pipeline) throws IOException {
    ByteBuf bytes = channel.alloc().ioBuffer(size());
    @Nullable ByteBuf unused = bytes;
    try {
      int room = bytes.writableBytes();
      int count = receive(bytes);
      hasRead(room, count);
      if (count <= 0) {
        readable = false;
        ending = false;
        broken &= count < 0;
        return count;
      }
      readable = count == room || ending;
      unused = null;
    } finally {
      if (unused != null) {
        unused.release();
      }
    }
    asked = false;
    int count = bytes.readableBytes();
    if (mostPipes > 0 && pipe == null && !broken) {
      considerSplicing(count == bytes.capacity() && count >= LARGE);
    }
    pipeline.fireChannelRead(bytes);
    return count;
  }

  private void considerSplicing(boolean isStream) {
    inARow = isStream ? inARow + 1 : 0;
    if (inARow == STREAM_READS) {
      inARow = 0;
      pipe = SplicePipe.open(mostPipes, this::pipeEmpty);
    }
  }

  /** As {@link #readBuffer}. */
  private int splice(ChannelPipeline pipeline, SplicePipe to) throws IOException {
    SplicePipe.Bytes bytes = to.take(channel.descriptor());
    if (bytes == null) {
      pipeWaits = !to.isEmpty();
      return pipeWaits ? 0 : readBuffer(pipeline);
    }
    asked = false;
    int count = bytes.size();
    inARow = count < LARGE ? inARow + 1 : 0;
    if (inARow == STREAM_READS) {
      inARow = 0;
      stopSplicing();
    }
    pipeline.fireChannelRead(bytes);
    return count;
  }

  /** That of {@link ReadSize}, unless the owner wants another. */
  private int size() {
    RecvByteBufAllocator wanted = channel.config().getRecvByteBufAllocator();
    return wanted == ReadSize.ADAPTIVE ? nextSize() : wanted.newHandle().guess();
  }

  private int receive(ByteBuf bytes) throws IOException {
    FileDescriptor descriptor = channel.descriptor();
    int start = bytes.writerIndex();
    int count;
    if (bytes.hasMemoryAddress()) {
      count = descriptor.readAddress(bytes.memoryAddress(), start, bytes.capacity());
    } else {
      ByteBuffer room = bytes.internalNioBuffer(start, bytes.writableBytes());
      count = descriptor.read(room, room.position(), room.limit());
    }
    if (count > 0) {
      bytes.writerIndex(start + count);
    }
    return count;
  }
}
