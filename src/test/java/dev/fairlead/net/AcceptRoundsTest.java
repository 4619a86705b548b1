package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;

/**
 * Ensures that new clients wait for few rounds of an event loop however much it has to do in each,
 * and that no more are accepted than their owner wants.
 *
 * <p>Provoked by clients that wait in the kernel's queue, while others have bytes to read in every
 * round, one at a time.
 *
 * <p>A failure would look like clients that wait for seconds for their first byte while a thousand
 * others are served quickly.
 */
class AcceptRoundsTest {
  private static final int NEW = 100;

  private static final int BUSY = 80;

  /** A busy one has something to read in so many rounds. */
  private static final int BYTES = 4096;

  /** A tenth of what is busy comes in at each, and some while that is not known yet. */
  private static final long FEW_ROUNDS = NEW / 10 + 10;

  private final List<Socket> clients = new ArrayList<>();
  private final List<Channel> accepted = new ArrayList<>();
  private final CountDownLatch allAccepted = new CountDownLatch(BUSY + NEW);

  /** The round in which each of {@link #accepted} came. */
  private final List<Long> acceptedIn = new ArrayList<>();

  private MultiThreadIoEventLoopGroup loops;
  private EventLoop loop;
  private ServerChannel listener;
  private long round;
  private int most;

  @AfterEach
  void stop() throws Exception {
    if (loops != null) {
      for (Socket client : clients) {
        client.close();
      }
      loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @EveryTransport
  void newClientsWaitForFewRoundsThoughEachHasMuchToDo(TransportKind kind) throws Exception {
    listen(kind);
    most = BUSY;
    connect(BUSY, BYTES);
    accept(BUSY);
    connect(NEW, 0);
    most = Integer.MAX_VALUE;
    loop.submit(
            () -> {
              accepted.forEach(each -> each.config().setAutoRead(true));
              listener.config().setAutoRead(true);
            })
        .sync();
    assertThat(allAccepted.await(1, TimeUnit.MINUTES)).isTrue();
    long rounds = loop.submit(() -> acceptedIn.get(BUSY + NEW - 1) - acceptedIn.get(BUSY)).get();
    assertThat(rounds).isLessThan(FEW_ROUNDS);
  }

  @EveryTransport
  void noMoreAreAcceptedThanTheirOwnerWants(TransportKind kind) throws Exception {
    listen(kind);
    Assumptions.assumeTrue(kind != TransportKind.IO_URING, "the kernel accepts ahead");
    most = BUSY;
    connect(BUSY, BYTES);
    accept(BUSY);
    connect(NEW, 0);
    most = BUSY + 3;
    CountDownLatch bytesRead = new CountDownLatch(1);
    loop.submit(
            () -> {
              accepted.get(0).closeFuture().addListener(closed -> bytesRead.countDown());
              accepted.forEach(each -> each.config().setAutoRead(true));
              listener.config().setAutoRead(true);
            })
        .sync();
    clients.get(0).shutdownOutput();
    assertThat(bytesRead.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(loop.submit(accepted::size).get()).isEqualTo(most);
  }

  private void listen(TransportKind kind) throws Exception {
    Transport transport;
    try {
      transport = Transport.of(kind);
    } catch (Transport.UnavailableException e) {
      transport = Assumptions.abort("skipped: " + e.getMessage());
    }
    loops =
        new MultiThreadIoEventLoopGroup(
            1,
            DelegatingIoHandler.factory(
                transport.implementation().ioHandlerFactory(),
                (handler, executor) -> new Counting(handler)));
    loop = loops.next();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    listener = transport.newServerChannel(any);
    listener.config().setAutoRead(false);
    listener.config().setOption(ChannelOption.SO_BACKLOG, BUSY + NEW);
    listener.pipeline().addLast(new Clients());
    loop.register(listener).sync();
    listener.bind(any).sync();
  }

  private void connect(int count, int bytes) throws IOException {
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    for (int i = 0; i < count; i++) {
      Socket client = new Socket(address.getAddress(), address.getPort());
      client.getOutputStream().write(new byte[bytes]);
      clients.add(client);
    }
  }

  /** Accepts {@code count}, which do not read yet. */
  private void accept(int count) throws Exception {
    loop.submit(() -> listener.config().setAutoRead(true)).sync();
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (loop.submit(accepted::size).get() < count && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(loop.submit(accepted::size).get()).isEqualTo(count);
  }

  private final class Counting extends DelegatingIoHandler {
    Counting(IoHandler delegate) {
      super(delegate);
    }

    @Override
    public int run(IoHandlerContext context) {
      round++;
      return super.run(context);
    }
  }

  private final class Clients extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object client) {
      Channel channel = (Channel) client;
      channel
          .config()
          .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(1).maxMessagesPerRead(1));
      channel.config().setAutoRead(false);
      channel.pipeline().addLast(new Reader());
      loop.register(channel);
      accepted.add(channel);
      acceptedIn.add(round);
      allAccepted.countDown();
      if (accepted.size() == most) {
        listener.config().setAutoRead(false);
      }
    }
  }

  private static final class Reader extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      ReferenceCountUtil.release(bytes);
    }
  }
}
