package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensured: a channel that polled for room and is told of the peer's FIN instead is told of room a
 * little later, as long as it is registered.
 *
 * <p>Provoked: completions as the kernel gives them, on an event loop of its own. The real stall
 * needs a reader that wakes the writer more than a hundred times for one write, which no test can
 * have at will.
 *
 * <p>A failure looks like: no second event, and an upload to a half-closed backend that stands.
 */
class HalfCloseIoUringTest {
  private static final byte POLL_ADD = 6;
  private static final byte WRITEV = 2;
  private static final int POLLOUT = 0x0004;
  private static final int POLLRDHUP = 0x2000;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = loops.next();
  private final BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
  private final Ring ring = new Ring();
  private final NioSocketChannel stream = new NioSocketChannel();

  @AfterEach
  void stop() {
    stream.unsafe().closeForcibly();
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void finInPlaceOfRoomIsFollowedByRoom() throws Exception {
    complete(POLL_ADD, POLLRDHUP);
    assertThat(heard.take()).isEqualTo(POLLRDHUP);
    assertThat(heard.take()).isEqualTo(POLLOUT);
  }

  @Test
  void whatIsNotLostIsNotRepeated() throws Exception {
    complete(POLL_ADD, POLLRDHUP | POLLOUT);
    complete(WRITEV, POLLRDHUP);
    complete(POLL_ADD, POLLRDHUP);
    assertThat(heard.take()).isEqualTo(POLLRDHUP | POLLOUT);
    assertThat(heard.take()).isEqualTo(POLLRDHUP);
    assertThat(heard.take()).isEqualTo(POLLRDHUP);
    assertThat(heard.take()).as("of the last").isEqualTo(POLLOUT);
    // Tasks of a loop run in the order of their time: a repetition would have come before this.
    loop.schedule(() -> heard.add(0), 20, TimeUnit.MILLISECONDS).sync();
    assertThat(heard).containsExactly(0);
  }

  @Test
  void channelThatIsGoneHearsNothing() throws Exception {
    ring.valid = false;
    complete(POLL_ADD, POLLRDHUP);
    assertThat(heard.take()).isEqualTo(POLLRDHUP);
    loop.schedule(() -> heard.add(0), 20, TimeUnit.MILLISECONDS).sync();
    assertThat(heard).containsExactly(0);
  }

  private void complete(byte operation, int result) throws Exception {
    IoHandler corrected =
        DelegatingIoHandler.factory(ring, HalfCloseIoUring::new)
            .newHandler((ThreadAwareExecutor) loop);
    Class<?>[] types = {IoUringIoHandle.class, Channel.Unsafe.class};
    corrected.register(
        (IoHandle) Proxy.newProxyInstance(getClass().getClassLoader(), types, this::handle));
    loop.submit(
            () ->
                ring.handle.handle(
                    ring, new IoUringIoEvent(result, 0, operation, /* userData= */ 0L)))
        .sync();
  }

  /** Records the results it receives. */
  private Object handle(Object proxy, Method method, Object[] arguments) {
    if (method.getName().equals("voidPromise")) {
      return new DefaultChannelPromise(stream);
    }
    heard.add(((IoUringIoEvent) arguments[1]).res());
    return null;
  }

  /** In place of Netty's handler: keeps the handle it is given. */
  private static final class Ring implements IoHandler, IoHandlerFactory, IoRegistration {
    private IoHandle handle;
    private volatile boolean valid = true;

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
      return this;
    }

    @Override
    public IoRegistration register(IoHandle registered) {
      handle = registered;
      return this;
    }

    @Override
    public boolean isValid() {
      return valid;
    }

    @Override
    public int run(IoHandlerContext context) {
      return 0;
    }

    @Override
    public void wakeup() {}

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return true;
    }

    @Override
    public long submit(IoOps ops) {
      return 0;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
    public <T> T attachment() {
      return null;
    }

    @Override
    public boolean cancel() {
      return false;
    }
  }
}
