package dev.fairlead.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.BiFunction;

/** Does what Netty's own handler does, but for what a subclass corrects. On its event loop. */
abstract class DelegatingIoHandler implements IoHandler {
  private final IoHandler delegate;

  DelegatingIoHandler(IoHandler delegate) {
    this.delegate = delegate;
  }

  /**
   * Makes what {@code factory} makes, corrected.
   *
   * @param corrected given that, and the event loop it is for
   */
  static IoHandlerFactory factory(
      IoHandlerFactory factory, BiFunction<IoHandler, ThreadAwareExecutor, IoHandler> corrected) {
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return corrected.apply(factory.newHandler(executor), executor);
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
}
