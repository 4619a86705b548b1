package dev.fairlead.net;

import io.netty.channel.IoHandlerFactory;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.transport.Transport;

/**
 * Vert.x's epoll transport, with {@link HalfCloseEpoll} on its event loops. Immutable; any thread.
 */
final class VertxEpoll implements Transport {
  private final EpollTransport implementation =
      new EpollTransport() {
        @Override
        public IoHandlerFactory ioHandlerFactory() {
          return HalfCloseEpoll.over(super.ioHandlerFactory());
        }
      };

  @Override
  public String name() {
    return "epoll";
  }

  @Override
  public boolean available() {
    return implementation.isAvailable();
  }

  @Override
  public Throwable unavailabilityCause() {
    return implementation.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return implementation;
  }
}
