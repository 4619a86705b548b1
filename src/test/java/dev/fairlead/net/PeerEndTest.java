package dev.fairlead.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.TestRun;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: a channel reports what its peer did, in the order the peer did it: bytes, FIN, reset;
 * and a reset even when it comes after the FIN, while reading is off, or together with bytes.
 *
 * <p>Provoked: one channel on an event loop of its own; the loop is kept busy while the peer acts
 * where several things have to be there together.
 *
 * <p>A failure looks like: bytes missing, a FIN in place of a reset, no report at all, or an event
 * loop that spins.
 */
class PeerEndTest {
  private static final String FIN = "FIN";
  private static final String RESET = "reset";
  private static final String CLOSED = "closed";

  /** More than one read takes, less than the kernel takes at once. */
  private static final int MUCH = 60_000;

  /** So few that NIO needs more than one of its checks for {@link #MUCH}. */
  private static final int FEW = 100;

  /**
   * NIO's checks for errors make some thousand rounds, a channel that is always ready many more.
   */
  private static final long MOST_ROUNDS = 10_000;

  private static final long MOST_EVENTS = 100;

  private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
  private final AtomicLong rounds = new AtomicLong();
  private final AtomicLong events = new AtomicLong();

  @TempDir Path directory;

  private ServerSocketChannel listening;
  private Transport transport;
  private MultiThreadIoEventLoopGroup loops;
  private EventLoop loop;
  private Channel channel;
  private SocketChannel peer;

  /** Open to the end of the test. */
  private SocketChannel firstPeer;

  private boolean writeWhenConnected;
  private boolean resetWhenRead;

  @AfterEach
  void stop() throws Exception {
    if (loops != null) {
      loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
      if (firstPeer != null) {
        firstPeer.close();
      }
      peer.close();
      listening.close();
    }
  }

  @EveryTransport
  void resetIsReported(TransportKind kind) throws Exception {
    connected(kind);
    reset();
    expect(RESET);
  }

  @EveryTransport
  void resetAfterTheFinIsReported(TransportKind kind) throws Exception {
    connected(kind);
    send("bytes");
    peer.shutdownOutput();
    expect("bytes", FIN);
    reset();
    expect(RESET);
  }

  @EveryTransport
  void resetTogetherWithTheFinIsReported(TransportKind kind) throws Exception {
    connected(kind);
    whileBusy(
        () -> {
          send("bytes");
          peer.shutdownOutput();
          reset();
          return null;
        });
    expect("bytes", FIN, RESET);
  }

  @EveryTransport
  void resetAfterTheFinIsReportedOnceThoughTheChannelIsToReadAgainInTheNextRound(TransportKind kind)
      throws Exception {
    connected(kind);
    channel
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(FEW).maxMessagesPerRead(1));
    resetWhenRead = true;
    whileBusy(
        () -> {
          peer.write(ByteBuffer.allocate(MUCH));
          peer.shutdownOutput();
          return null;
        });
    expect(MUCH + " zeros", FIN, RESET, CLOSED);
    loop.submit(() -> {}).sync();
    assertThat(reports).isEmpty();
  }

  @EveryTransport
  void resetAfterTheFinIsReportedWhileReadingIsOff(TransportKind kind) throws Exception {
    connected(kind);
    peer.shutdownOutput();
    expect(FIN);
    loop.submit(() -> channel.config().setAutoRead(false)).sync();
    reset();
    expect(RESET);
  }

  @EveryTransport
  void bytesThatComeTogetherWithAResetAreReportedFirst(TransportKind kind) throws Exception {
    connected(kind);
    whileBusy(
        () -> {
          send("bytes");
          reset();
          return null;
        });
    expect("bytes", RESET);
  }

  @EveryTransport
  void bytesThatComeTogetherWithAResetAreReportedThoughReadingIsOff(TransportKind kind)
      throws Exception {
    connected(kind);
    loop.submit(() -> channel.config().setAutoRead(false)).sync();
    send("bytes");
    reset();
    expect("bytes", RESET);
  }

  @EveryTransport
  void allBytesBeforeAResetAreReported(TransportKind kind) throws Exception {
    connected(kind);
    loop.submit(() -> channel.config().setAutoRead(false)).sync();
    peer.write(ByteBuffer.allocate(MUCH));
    reset();
    expect(MUCH + " zeros", RESET);
  }

  @EveryTransport
  void allBytesBeforeAResetAreReportedThoughEachReadTakesFew(TransportKind kind) throws Exception {
    connected(kind);
    channel
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(FEW).maxMessagesPerRead(1));
    loop.submit(() -> channel.config().setAutoRead(false)).sync();
    peer.write(ByteBuffer.allocate(MUCH));
    reset();
    expect(MUCH + " zeros", RESET);
  }

  @EveryTransport
  void bytesBeforeAResetAreReportedThoughAWriteFailsFirst(TransportKind kind) throws Exception {
    connected(kind);
    whileBusy(
        () -> {
          send("bytes");
          reset();
          channel.writeAndFlush(Unpooled.copiedBuffer("too late", US_ASCII), channel.voidPromise());
          return null;
        });
    expect("bytes", RESET);
  }

  @EveryTransport
  void bytesAreReportedOfAPeerThatResetsWhileTheChannelConnects(TransportKind kind)
      throws Exception {
    Assumptions.assumeTrue(
        kind != TransportKind.NIO, "the JDK closes a channel that was reset while it connected");
    ChannelFuture connecting =
        connecting(
            kind,
            () -> {
              peer = listening.accept();
              send("bytes");
              reset();
              return null;
            });
    assertThat(connecting.await().isSuccess()).isTrue();
    expect("bytes", RESET);
  }

  @EveryTransport
  void bytesOfAPeerThatResetsWhileTheChannelConnectsAreReportedThoughAWriteFailsFirst(
      TransportKind kind) throws Exception {
    Assumptions.assumeTrue(
        kind != TransportKind.NIO, "the JDK closes a channel that was reset while it connected");
    writeWhenConnected = true;
    connecting(
        kind,
        () -> {
          peer = listening.accept();
          send("bytes");
          reset();
          return null;
        });
    expect("bytes", RESET);
  }

  @Test
  void bytesAreReportedOfAPeerThatResetsAfterTheKernelHasReportedTheConnect() throws Exception {
    start(TransportKind.EPOLL, ServerSocketChannel.open());
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Channel first = newChannel();
    channel = newChannel();
    // Both connects are reported together, and the second peer acts while the first is handled.
    whileBusy(
        () -> {
          first.connect(listening.getLocalAddress()).addListener(done -> secondPeerResets());
          channel.connect(listening.getLocalAddress());
          return null;
        });
    expect("bytes", RESET);
  }

  private void secondPeerResets() throws IOException {
    firstPeer = listening.accept();
    peer = listening.accept();
    send("bytes");
    reset();
  }

  @EveryTransport
  void peerThatResetsAtOnceWithoutAByteHasNotConnected(TransportKind kind) throws Exception {
    Assumptions.assumeTrue(kind != TransportKind.IO_URING, "it is connected at once");
    ChannelFuture connecting =
        connecting(
            kind,
            () -> {
              peer = listening.accept();
              reset();
              return null;
            });
    assertThat(connecting.await().isSuccess()).isFalse();
  }

  @EveryTransport
  void finOfAUnixPeerEndsOneDirectionOnly(TransportKind kind) throws Exception {
    connectedToUnix(kind);
    send("bytes");
    peer.shutdownOutput();
    expect("bytes", FIN);
    assertThat(channel.isActive()).isTrue();
    channel.writeAndFlush(Unpooled.copiedBuffer("answer", US_ASCII)).sync();
    ByteBuffer answer = ByteBuffer.allocate(100);
    assertThat(peer.read(answer)).isEqualTo("answer".length());
  }

  @EveryTransport
  void secondFinOfTwoEndsTheChannel(TransportKind kind) throws Exception {
    connected(kind);
    shutdownOutput();
    peer.shutdownOutput();
    expect(CLOSED);
  }

  @EveryTransport
  void secondFinOfTwoEndsAUnixChannel(TransportKind kind) throws Exception {
    connectedToUnix(kind);
    shutdownOutput();
    peer.shutdownOutput();
    expect(CLOSED);
  }

  @EveryTransport
  void halfClosedChannelCostsNothing(TransportKind kind) throws Exception {
    connected(kind);
    peer.shutdownOutput();
    expect(FIN);
    expectIdle();
  }

  @EveryTransport
  void halfClosedUnixChannelCostsNothing(TransportKind kind) throws Exception {
    connectedToUnix(kind);
    peer.shutdownOutput();
    expect(FIN);
    expectIdle();
  }

  private void connected(TransportKind kind) throws Exception {
    start(kind, ServerSocketChannel.open());
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    channel = newChannel();
    channel.connect(listening.getLocalAddress()).sync();
    peer = listening.accept();
  }

  private void connectedToUnix(TransportKind kind) throws Exception {
    start(kind, ServerSocketChannel.open(StandardProtocolFamily.UNIX));
    Path path = directory.resolve(kind + ".sock");
    listening.bind(UnixDomainSocketAddress.of(path));
    DomainSocketAddress address = new DomainSocketAddress(path.toFile());
    channel = newChannel(address);
    channel.connect(transport.convert(address)).sync();
    peer = listening.accept();
  }

  /** Connects, and keeps the loop busy until {@code meanwhile} is done. */
  private ChannelFuture connecting(TransportKind kind, Callable<Void> meanwhile) throws Exception {
    start(kind, ServerSocketChannel.open());
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    channel = newChannel();
    if (kind == TransportKind.IO_URING) {
      // It is connected by the next round of the loop, which can't be kept busy before.
      ChannelFuture connecting = channel.connect(listening.getLocalAddress());
      meanwhile.call();
      return connecting;
    }
    return loop.submit(
            () -> {
              ChannelFuture connecting = channel.connect(listening.getLocalAddress());
              meanwhile.call();
              return connecting;
            })
        .sync()
        .getNow();
  }

  private void start(TransportKind kind, ServerSocketChannel server) {
    try {
      transport = Transport.of(kind);
    } catch (Transport.UnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
    listening = server;
    loops =
        new MultiThreadIoEventLoopGroup(
            1,
            DelegatingIoHandler.factory(
                transport.implementation().ioHandlerFactory(),
                (handler, executor) -> new Counting(handler)));
    loop = loops.next();
  }

  private Channel newChannel() throws Exception {
    return newChannel(listening.getLocalAddress());
  }

  private Channel newChannel(java.net.SocketAddress remote) throws Exception {
    Channel made = transport.newChannel(remote);
    made.config().setOption(ChannelOption.AUTO_CLOSE, false);
    transport.allowHalfClosure(made, true);
    made.pipeline().addLast(new Reports());
    loop.register(made).sync();
    return made;
  }

  private void shutdownOutput() throws Exception {
    loop.submit(
            () -> {
              transport.shutdownOutput(channel);
              transport.allowHalfClosure(channel, false);
            })
        .sync();
  }

  private void whileBusy(Callable<Void> action) throws Exception {
    loop.submit(action).sync();
  }

  private void send(String text) throws IOException {
    peer.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
  }

  private void reset() throws IOException {
    peer.setOption(StandardSocketOptions.SO_LINGER, 0);
    peer.close();
  }

  private void expect(String... wanted) throws Exception {
    for (String each : wanted) {
      assertThat(reports.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(each);
    }
  }

  private void expectIdle() throws Exception {
    long roundsBefore = rounds.get();
    long eventsBefore = events.get();
    loop.schedule(() -> reports.add("later"), 500, TimeUnit.MILLISECONDS);
    expect("later");
    assertThat(rounds.get() - roundsBefore).as("rounds").isLessThan(MOST_ROUNDS);
    assertThat(events.get() - eventsBefore).as("events").isLessThan(MOST_EVENTS);
  }

  /** Counts the rounds of its event loop, and the events in them. */
  private final class Counting extends DelegatingIoHandler {
    Counting(IoHandler delegate) {
      super(delegate);
    }

    @Override
    public int run(IoHandlerContext context) {
      rounds.incrementAndGet();
      int handled = super.run(context);
      events.addAndGet(handled);
      return handled;
    }
  }

  private final class Reports extends ChannelInboundHandlerAdapter {
    private int zeros;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
      if (resetWhenRead) {
        resetWhenRead = false;
        reset();
      }
      ByteBuf bytes = (ByteBuf) message;
      if (bytes.getByte(bytes.readerIndex()) == 0) {
        zeros += bytes.readableBytes();
      } else {
        reports.add(bytes.toString(US_ASCII));
      }
      bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        ctx.channel().config().setAutoRead(false);
        report(FIN);
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (writeWhenConnected) {
        ctx.writeAndFlush(Unpooled.copiedBuffer("request", US_ASCII), ctx.voidPromise());
      }
      ctx.fireChannelActive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (cause instanceof ChannelOutputShutdownException) {
        PeerReset.expect(ctx.channel());
        return;
      }
      report(cause instanceof IOException ? RESET : cause.toString());
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      report(CLOSED);
    }

    private void report(String what) {
      if (zeros > 0) {
        reports.add(zeros + " zeros");
        zeros = 0;
      }
      reports.add(what);
    }
  }
}
