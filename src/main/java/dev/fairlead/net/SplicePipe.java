package dev.fairlead.net;

import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes bytes from one TCP connection to another inside the kernel, by splice(2): it holds what was
 * taken from one, in order, until the other has it. What was taken travels through handlers and
 * outbound buffer as a message, {@link Bytes}, like any other. On the event loop of both.
 *
 * <p>Must be {@linkplain #close closed}; empty pipes are kept for the next stream of this loop.
 */
final class SplicePipe {
  private static final Logger LOG = LoggerFactory.getLogger(SplicePipe.class);

  /** Empty ones. Raising it makes fewer of them, lowering it frees descriptors. */
  private static final int MOST_KEPT = 16;

  /** EPERM, EINVAL and ENOSYS of Linux: this system cannot splice. */
  private static final Set<Integer> FORBIDDEN = Set.of(1, 22, 38);

  /** In one call; a pipe holds less. */
  private static final int MOST_AT_ONCE = 1 << 20;

  static final MessageSizeEstimator SIZES = new Sizes();

  private static final FastThreadLocal<PipesOfLoop> POOL =
      new FastThreadLocal<>() {
        @Override
        protected PipesOfLoop initialValue() {
          return new PipesOfLoop();
        }

        @Override
        protected void onRemoval(PipesOfLoop pool) {
          pool.kept.forEach(SplicePipe::discard);
        }
      };

  private final FileDescriptor out;
  private final FileDescriptor in;
  private Runnable onEmpty = () -> {};
  private long held;
  private boolean closed;

  private static final class PipesOfLoop {
    final ArrayDeque<SplicePipe> kept = new ArrayDeque<>();
    int used;
  }

  private SplicePipe(FileDescriptor[] ends) {
    this.out = ends[0];
    this.in = ends[1];
  }

  /**
   * An empty pipe; null = there is none for this stream.
   *
   * @param most pipes of this loop, those that are kept too
   * @param onEmpty called when the other connection has taken all that was in it
   */
  static @Nullable SplicePipe open(int most, Runnable onEmpty) {
    PipesOfLoop pool = POOL.get();
    SplicePipe pipe = pool.kept.poll();
    if (pipe == null && pool.used < most) {
      try {
        pipe = new SplicePipe(FileDescriptor.pipe());
      } catch (IOException e) {
        LOG.debug("no pipe: {}", e.getMessage()); // as without a descriptor
      }
    }
    if (pipe != null) {
      pool.used++;
      pipe.closed = false;
      pipe.onEmpty = onEmpty;
    }
    return pipe;
  }

  boolean isEmpty() {
    return held == 0;
  }

  /**
   * Takes what {@code from} has; null = nothing, or the pipe is full. Whether {@code from} has
   * ended only a read can tell.
   */
  @Nullable Bytes take(FileDescriptor from) throws IOException {
    if (!in.isOpen()) {
      return null; // its number may be another one's by now
    }
    int count;
    try {
      count = Native.splice(from.intValue(), -1, in.intValue(), -1, MOST_AT_ONCE);
    } catch (Errors.NativeIoException e) {
      if (held > 0 || !FORBIDDEN.contains(-e.expectedErr())) {
        throw e;
      }
      discard(); // as some sandboxes have it
      return null;
    }
    if (count <= 0) {
      return null;
    }
    held += count;
    return new Bytes(this, count);
  }

  /** Nothing will be taken any more; what is in it stays until the other connection has it. */
  void close() {
    if (!closed) {
      closed = true;
      onEmpty = () -> {};
      if (held == 0) {
        giveBack();
      }
    }
  }

  private void giveBack() {
    PipesOfLoop pool = POOL.get();
    pool.used--;
    if (in.isOpen() && pool.kept.size() < MOST_KEPT) {
      pool.kept.add(this);
    } else {
      discard();
    }
  }

  private void discard() {
    try {
      in.close();
      out.close();
    } catch (IOException e) {
      LOG.debug("closing a pipe: {}", e.getMessage());
    }
  }

  private void left(long count) {
    held -= count;
    if (held == 0) {
      if (closed) {
        giveBack();
      } else {
        onEmpty.run();
      }
    }
  }

  /** Some bytes of a connection, which are in a pipe. Released once they are written or dropped. */
  static final class Bytes extends AbstractReferenceCounted {
    private final SplicePipe pipe;
    private final int size;
    private int left;

    private Bytes(SplicePipe pipe, int size) {
      this.pipe = pipe;
      this.size = size;
      this.left = size;
    }

    /** At the beginning. */
    int size() {
      return size;
    }

    boolean isWritten() {
      return left == 0;
    }

    /** Gives {@code to} what it takes; 0 = nothing now. */
    int write(FileDescriptor to) throws IOException {
      if (!pipe.out.isOpen()) {
        throw new ClosedChannelException();
      }
      int count = Native.splice(pipe.out.intValue(), -1, to.intValue(), -1, left);
      left -= count;
      pipe.left(count);
      return count;
    }

    /** What was not written makes the pipe useless: it would come out before what follows. */
    @Override
    protected void deallocate() {
      if (left > 0) {
        pipe.discard();
        int dropped = left;
        left = 0;
        pipe.left(dropped);
      }
    }

    @Override
    public ReferenceCounted touch(Object hint) {
      return this;
    }
  }

  /** Netty's does not know {@link Bytes}. */
  private static final class Sizes implements MessageSizeEstimator, MessageSizeEstimator.Handle {
    private static final Handle OF_NETTY =
        io.netty.channel.DefaultMessageSizeEstimator.DEFAULT.newHandle();

    @Override
    public Handle newHandle() {
      return this;
    }

    @Override
    public int size(Object message) {
      return message instanceof Bytes bytes ? bytes.size() : OF_NETTY.size(message);
    }
  }
}
