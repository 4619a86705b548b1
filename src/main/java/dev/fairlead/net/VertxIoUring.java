package dev.fairlead.net;

import io.netty.channel.IoHandlerFactory;
import io.vertx.core.impl.transports.IoUringTransport;
import io.vertx.core.transport.Transport;

/**
 * Vert.x's io_uring transport, with {@link HalfCloseIoUring} on its event loops. Immutable; any
 * thread.
 */
final class VertxIoUring implements Transport {
  private final IoUringTransport implementation =
      new IoUringTransport() {
        @Override
        public IoHandlerFactory ioHandlerFactory() {
          return HalfCloseIoUring.over(super.ioHandlerFactory());
        }
      };

  @Override
  public String name() {
    return "io_uring";
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
