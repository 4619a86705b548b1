package dev.fairlead.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Netty's io_uring handler, with these corrections of Netty 4.2.18:
 *
 * <ul>
 *   <li>A channel writes on after its peer's FIN. The kernel answers a poll of such a socket at
 *       once with POLLRDHUP, whatever was asked for (IO_POLL_UNMASK in io_uring/poll.c). Netty
 *       treats that answer as a report of the FIN and continues to wait for room: a half-closed
 *       connection would stall as soon as its reader is slower than its writer. As the kernel can
 *       report no room, the write is retried every {@link #RETRY_MILLIS}.
 *   <li>A reset after the FIN is reported; Netty ignores the completion, of its poll for bytes,
 *       that carries it.
 *   <li>After a hang-up the channel is read to its end. Netty stops when the hang-up is reported
 *       during a read, because the kernel does not count an error among what is left to read.
 *   <li>The FIN of a Unix peer ends one direction only, see {@link #allowHalfClosure}.
 *   <li>A peer that has sent bytes and reset before the connect was noticed has been connected.
 * </ul>
 *
 * <p>One for every event loop; on that loop.
 */
final class HalfCloseIoUring extends DelegatingIoHandler {
  // Linux numbers, include/uapi/linux/io_uring.h, asm-generic/poll.h and asm-generic/errno.h.
  private static final byte IORING_OP_POLL_ADD = 6;
  private static final byte IORING_OP_CONNECT = 16;
  private static final byte IORING_OP_RECV = 27;
  private static final int POLLOUT = 0x0004;
  private static final int POLLERR = 0x0008;
  private static final int POLLRDHUP = 0x2000;
  private static final int EAGAIN = 11;
  private static final int ECONNRESET = 104;

  /** Raising it delays the bytes to a slow reader, lowering it retries more writes in vain. */
  private static final long RETRY_MILLIS = 5;

  private final EventExecutor loop;

  HalfCloseIoUring(IoHandler ring, EventExecutor loop) {
    super(ring);
    this.loop = loop;
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return super.register(isStream(handle) ? new IoUringReadingHandle(handle, loop) : handle);
  }

  @SuppressWarnings("try") // as of its base
  private static final class IoUringReadingHandle extends Handle implements IoUringIoHandle {
    private final EventExecutor loop;

    /** True once the kernel has reported the peer's FIN or reset. */
    private boolean hungUp;

    /** True once the FIN of a Unix peer was reported here in place of Netty. */
    private boolean finReported;

    IoUringReadingHandle(IoHandle delegate, EventExecutor loop) {
      super(delegate);
      this.loop = loop;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      IoUringIoEvent completed = (IoUringIoEvent) event;
      // The event is Netty's to use again: read before it is passed on.
      int result = completed.res();
      switch (completed.opcode()) {
        case IORING_OP_POLL_ADD -> polled(registration, completed, result);
        case IORING_OP_RECV -> received(registration, completed, result);
        case IORING_OP_CONNECT -> connected(registration, completed, result);
        default -> super.handle(registration, event);
      }
    }

    private void polled(IoRegistration registration, IoUringIoEvent event, int result) {
      hungUp |= result > 0 && (result & POLLRDHUP) != 0;
      super.handle(registration, event);
      if (result == POLLRDHUP) {
        loop.schedule(() -> retry(registration), RETRY_MILLIS, TimeUnit.MILLISECONDS);
      }
      if (result > 0 && (result & POLLERR) != 0 && isInputDone()) {
        PeerReset.report(channel());
      }
    }

    private void received(IoRegistration registration, IoUringIoEvent event, int result) {
      if (result == 0 && isHalfClosureAllowed()) {
        if (!finReported) {
          finReported = true;
          reportFin();
        }
        super.handle(registration, withResult(event, -EAGAIN));
        return;
      }
      super.handle(registration, event);
      if (hungUp && !isInputDone() && registration.isValid() && channel().isOpen()) {
        super.handle(registration, poll(POLLRDHUP));
      }
    }

    private void connected(IoRegistration registration, IoUringIoEvent event, int result) {
      if (result == -ECONNRESET && SocketTuning.hasReceived(channel())) {
        PeerReset.expect(channel());
        super.handle(registration, withResult(event, 0));
      } else {
        super.handle(registration, event);
      }
    }

    /** Reports that there is room; without anything to write this does nothing. */
    private void retry(IoRegistration registration) {
      if (registration.isValid()) {
        super.handle(registration, poll(POLLOUT));
      }
    }

    private boolean isInputDone() {
      return finReported || channel().isInputShutdown();
    }

    private static IoUringIoEvent poll(int result) {
      return new IoUringIoEvent(result, 0, IORING_OP_POLL_ADD, /* userData= */ 0L);
    }

    private static IoUringIoEvent withResult(IoUringIoEvent event, int result) {
      return new IoUringIoEvent(result, event.flags(), event.opcode(), event.userData());
    }
  }
}
