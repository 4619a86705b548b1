package dev.fairlead.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Netty's io_uring handler, for channels that write on after their peer's FIN. The kernel answers a
 * poll of such a socket at once with POLLRDHUP, whatever was asked for (IO_POLL_UNMASK in
 * io_uring/poll.c). Netty 4.2.18 takes that answer for news of the FIN and goes on waiting to be
 * told that there is room: a half-closed connection would stand still as soon as its reader is
 * slower than its writer. As the kernel cannot be asked, the write is tried again after a while.
 *
 * <p>One for every event loop; on that loop.
 */
final class HalfCloseIoUring implements IoHandler {
  // Linux numbers, include/uapi/linux/io_uring.h and asm-generic/poll.h.
  private static final byte IORING_OP_POLL_ADD = 6;
  private static final int POLLOUT = 0x0004;
  private static final int POLLRDHUP = 0x2000;

  /** Long enough for a reader to make room, short enough not to be what the reader waits for. */
  private static final long RETRY_MILLIS = 5;

  private final IoHandler ring;
  private final EventExecutor loop;

  private HalfCloseIoUring(IoHandler ring, EventExecutor loop) {
    this.ring = ring;
    this.loop = loop;
  }

  /** Makes what {@code ring} makes, corrected. */
  static IoHandlerFactory over(IoHandlerFactory ring) {
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new HalfCloseIoUring(ring.newHandler(executor), (EventExecutor) executor);
      }

      @Override
      public boolean isChangingThreadSupported() {
        return ring.isChangingThreadSupported();
      }
    };
  }

  @Override
  public void initialize() {
    ring.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return ring.run(context);
  }

  @Override
  public void prepareToDestroy() {
    ring.prepareToDestroy();
  }

  @Override
  public void destroy() {
    ring.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return ring.register(new Handle(handle, loop));
  }

  @Override
  public void wakeup() {
    ring.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return ring.isCompatible(handleType);
  }

  @SuppressWarnings("try") // Netty's close() may throw any exception
  private record Handle(IoHandle channel, EventExecutor loop) implements IoUringIoHandle {
    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      IoUringIoEvent completed = (IoUringIoEvent) event;
      // The event is Netty's to use again: looked at before anybody else has it.
      boolean lost = completed.opcode() == IORING_OP_POLL_ADD && completed.res() == POLLRDHUP;
      channel.handle(registration, event);
      if (lost) {
        loop.schedule(() -> retry(registration), RETRY_MILLIS, TimeUnit.MILLISECONDS);
      }
    }

    /** Says that there is room; where nothing waits to be written that is not heard. */
    private void retry(IoRegistration registration) {
      if (registration.isValid()) {
        channel.handle(
            registration, new IoUringIoEvent(POLLOUT, 0, IORING_OP_POLL_ADD, /* userData= */ 0L));
      }
    }

    @Override
    public void registered() {
      channel.registered();
    }

    @Override
    public void unregistered() {
      channel.unregistered();
    }

    @Override
    public void close() throws Exception {
      channel.close();
    }
  }
}
