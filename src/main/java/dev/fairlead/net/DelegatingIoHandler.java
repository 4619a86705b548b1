package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.BiFunction;

/** Delegates to Netty's own handler, except where a subclass corrects it. On its event loop. */
abstract class DelegatingIoHandler implements IoHandler {
  private static final AttributeKey<Boolean> HALF_CLOSURE_ALLOWED =
      AttributeKey.valueOf(DelegatingIoHandler.class, "allowed");

  /**
   * Events of a round for each client that is accepted after it. Raising it makes new clients wait
   * longer while many are served, lowering it makes these wait when many come.
   */
  private static final int EVENTS_FOR_CLIENT = 8;

  private final IoHandler delegate;

  DelegatingIoHandler(IoHandler delegate) {
    this.delegate = delegate;
  }

  /** Makes what {@code factory} makes, corrected for the event loop it is for. */
  static IoHandlerFactory factory(
      IoHandlerFactory factory, BiFunction<IoHandler, EventExecutor, IoHandler> corrected) {
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return corrected.apply(factory.newHandler(executor), (EventExecutor) executor);
      }

      @Override
      public boolean isChangingThreadSupported() {
        return factory.isChangingThreadSupported();
      }
    };
  }

  @Override
  public void initialize() {
    delegate.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return delegate.run(context);
  }

  @Override
  public void prepareToDestroy() {
    delegate.prepareToDestroy();
  }

  @Override
  public void destroy() {
    delegate.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return delegate.register(handle);
  }

  @Override
  public void wakeup() {
    delegate.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return delegate.isCompatible(handleType);
  }

  /**
   * ALLOW_HALF_CLOSURE for the Unix channels that Netty 4.2.18 closes at the peer's FIN, whatever
   * the option is: those of NIO and io_uring, whose handlers here act on it.
   */
  static void allowHalfClosure(Channel channel, boolean allowed) {
    channel.attr(HALF_CLOSURE_ALLOWED).set(allowed);
  }

  /** How many clients a listener accepts in a round, when the last one had so many events. */
  static int clientsAfter(int events) {
    return 1 + events / EVENTS_FOR_CLIENT;
  }

  /** True for the handle of a stream's channel: neither one that listens nor one of datagrams. */
  static boolean isStream(IoHandle handle) {
    return handle instanceof Channel.Unsafe unsafe
        && unsafe.voidPromise().channel() instanceof DuplexChannel;
  }

  /** Delegates to the handle of a channel, except where a subclass corrects it. */
  @SuppressWarnings("try") // Netty's close() may throw any exception
  abstract static class Handle implements IoHandle {
    private final IoHandle delegate;
    private final Channel channel;

    Handle(IoHandle delegate) {
      this.delegate = delegate;
      this.channel = ((Channel.Unsafe) delegate).voidPromise().channel();
    }

    /** Of one of Netty's streams; those of an {@link EpollTcp} need nothing of it. */
    final DuplexChannel channel() {
      return (DuplexChannel) channel;
    }

    final boolean isReading() {
      return channel.isActive() && channel.config().isAutoRead();
    }

    final boolean isHalfClosureAllowed() {
      return channel.hasAttr(HALF_CLOSURE_ALLOWED) && channel.attr(HALF_CLOSURE_ALLOWED).get();
    }

    final void reportFin() {
      channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      delegate.handle(registration, event);
    }

    @Override
    public void registered() {
      delegate.registered();
    }

    @Override
    public void unregistered() {
      delegate.unregistered();
    }

    @Override
    public void close() throws Exception {
      delegate.close();
    }
  }

  /** Delegates to Netty's registration, except where a subclass corrects it. */
  abstract static class Registration implements IoRegistration {
    private final IoRegistration delegate;

    Registration(IoRegistration delegate) {
      this.delegate = delegate;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
    public <T> T attachment() {
      return delegate.attachment();
    }

    @Override
    public long submit(IoOps ops) {
      return delegate.submit(ops);
    }

    @Override
    public boolean isValid() {
      return delegate.isValid();
    }

    @Override
    public boolean cancel() {
      return delegate.cancel();
    }
  }
}
