package dev.fairlead.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.EventExecutor;

/**
 * Netty's epoll handler, with these corrections of Netty 4.2.18:
 *
 * <ul>
 *   <li>A channel that waits for no event, as after a FIN, stays in the epoll set. Netty removes
 *       it, and fails with ENOENT when it has to wait for writability later: a half-closed
 *       connection would lose bytes as soon as its reader is slower than its writer. A submission
 *       that changes nothing also costs no system call.
 *   <li>A reset after the FIN is reported; Netty ignores it while nothing is to be written.
 *   <li>What is readable is read before an error is acted on; Netty writes first, and a write that
 *       fails ends the reading.
 * </ul>
 *
 * <p>One for every event loop; on that loop.
 */
final class HalfCloseEpoll extends DelegatingIoHandler {
  private static final EpollIoOps READABLE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP);

  private final NextRound nextRound = new NextRound();

  HalfCloseEpoll(IoHandler epoll, EventExecutor loop) {
    super(epoll);
  }

  @Override
  public int run(IoHandlerContext context) {
    return nextRound.run(super.run(nextRound.begin(context)));
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    if (handle instanceof EpollTcpChannel.KernelHandle own) {
      own.join(nextRound);
      return super.register(own);
    }
    return new StayingRegistration(
        super.register(isStream(handle) ? new EpollReadingHandle((EpollIoHandle) handle) : handle));
  }

  /** Stays in the epoll set until the channel is closed. */
  private static final class StayingRegistration extends Registration {
    /** What was last submitted to the kernel; NONE = nothing, the channel is not in the set. */
    private EpollIoOps submitted = EpollIoOps.NONE;

    StayingRegistration(IoRegistration registration) {
      super(registration);
    }

    @Override
    public long submit(IoOps ops) {
      EpollIoOps wanted = (EpollIoOps) ops;
      if (!submitted.equals(EpollIoOps.NONE) && wanted.equals(EpollIoOps.NONE)) {
        // The kernel still reports errors and hang-ups; edge-triggered, so each only once.
        wanted = EpollIoOps.EPOLLET;
      }
      if (wanted.equals(submitted)) {
        return wanted.value();
      }
      long result = super.submit(wanted);
      submitted = wanted;
      return result;
    }
  }

  /** Reads before it acts on an error. */
  @SuppressWarnings("try") // as of its base
  private static final class EpollReadingHandle extends Handle implements EpollIoHandle {
    private final EpollIoHandle delegate;

    EpollReadingHandle(EpollIoHandle delegate) {
      super(delegate);
      this.delegate = delegate;
    }

    @Override
    public FileDescriptor fd() {
      return delegate.fd();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      boolean error = ((EpollIoEvent) event).ops().contains(EpollIoOps.EPOLLERR);
      if (error && channel().isActive()) {
        failed(registration, event);
      } else {
        super.handle(registration, event);
      }
    }

    private void failed(IoRegistration registration, IoEvent event) {
      super.handle(registration, (EpollIoEvent) () -> READABLE);
      if (channel().isInputShutdown()) {
        PeerReset.report(channel());
      } else if (registration.isValid()) {
        super.handle(registration, event);
      }
    }
  }
}
