package dev.fairlead.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll handler, for channels that write on after their peer's FIN. Netty 4.2.18 takes a
 * channel that waits for nothing out of the epoll set, which is what a FIN leads to, and fails with
 * ENOENT when it has to wait for writability later: the bytes of a half-closed connection would be
 * lost as soon as its reader is slower than its writer. Here such a channel stays in the set,
 * waiting for nothing. It also spares the system call that would change nothing.
 *
 * <p>One for every event loop; on that loop.
 */
final class HalfCloseEpoll extends DelegatingIoHandler {

  private HalfCloseEpoll(IoHandler epoll) {
    super(epoll);
  }

  /** Makes what {@code epoll} makes, corrected. */
  static IoHandlerFactory over(IoHandlerFactory epoll) {
    return factory(epoll, (handler, executor) -> new HalfCloseEpoll(handler));
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new Registration(super.register(handle));
  }

  private static final class Registration implements IoRegistration {
    private final IoRegistration registration;

    /** What the kernel was last told; null = nothing, the channel is not in the set. */
    private EpollIoOps submitted;

    Registration(IoRegistration registration) {
      this.registration = registration;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
    public <T> T attachment() {
      return registration.attachment();
    }

    @Override
    public long submit(IoOps ops) {
      EpollIoOps wanted = (EpollIoOps) ops;
      if (submitted != null && wanted.equals(EpollIoOps.NONE)) {
        // Errors and hang-ups are told all the same; edge-triggered, so that it is once.
        wanted = EpollIoOps.EPOLLET;
      }
      if (wanted.equals(submitted)) {
        return wanted.value();
      }
      long result = registration.submit(wanted);
      submitted = wanted.equals(EpollIoOps.NONE) ? null : wanted;
      return result;
    }

    @Override
    public boolean isValid() {
      return registration.isValid();
    }

    @Override
    public boolean cancel() {
      return registration.cancel();
    }
  }
}
