package dev.fairlead.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.EventExecutor;
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
final class HalfCloseIoUring extends DelegatingIoHandler {
  // Linux numbers, include/uapi/linux/io_uring.h and asm-generic/poll.h.
  private static final byte IORING_OP_POLL_ADD = 6;
  private static final int POLLOUT = 0x0004;
  private static final int POLLRDHUP = 0x2000;

  /** Long enough for a reader to make room, short enough not to be what the reader waits for. */
  private static final long RETRY_MILLIS = 5;

  private final EventExecutor loop;

  private HalfCloseIoUring(IoHandler ring, EventExecutor loop) {
    super(ring);
    this.loop = loop;
  }

  /** Makes what {@code ring} makes, corrected. */
  static IoHandlerFactory over(IoHandlerFactory ring) {
    return factory(
        ring, (handler, executor) -> new HalfCloseIoUring(handler, (EventExecutor) executor));
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return super.register(new Handle(handle, loop));
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
