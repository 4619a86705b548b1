package dev.fairlead.net;

import io.netty.channel.IoHandlerFactory;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.IoUringTransport;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * A transport of Vert.x whose event loops have Netty's handler as we correct it. Immutable; any
 * thread.
 */
record VertxTransport(String name, io.vertx.core.spi.transport.Transport implementation)
    implements Transport {

  /** With {@link HalfCloseEpoll}. */
  static Transport epoll() {
    return new VertxTransport(
        "epoll",
        new EpollTransport() {
          @Override
          public IoHandlerFactory ioHandlerFactory() {
            return HalfCloseEpoll.over(super.ioHandlerFactory());
          }
        });
  }

  /** With {@link HalfCloseIoUring}. */
  static Transport ioUring() {
    return new VertxTransport(
        "io_uring",
        new IoUringTransport() {
          @Override
          public IoHandlerFactory ioHandlerFactory() {
            return HalfCloseIoUring.over(super.ioHandlerFactory());
          }
        });
  }

  /** With {@link HalfCloseNio}. */
  static Transport nio() {
    return new VertxTransport(
        "nio",
        new NioTransport() {
          @Override
          public IoHandlerFactory ioHandlerFactory() {
            return HalfCloseNio.over(super.ioHandlerFactory());
          }
        });
  }

  @Override
  public boolean available() {
    return implementation.isAvailable();
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return implementation.unavailabilityCause();
  }
}
