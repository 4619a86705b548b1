package dev.fairlead.net;

import dev.fairlead.config.NodeConfig.TransportKind;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.IoUringTransport;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.TcpConfig;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.spi.SelectorProvider;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How bytes reach the kernel: a transport of Vert.x whose event loops have Netty's I/O handler as
 * we correct it, and the channels that they can run. Immutable; any thread.
 */
public final class Transport implements io.vertx.core.transport.Transport {
  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

  private static final boolean LINUX =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");

  /**
   * Netty's multi-shot accept of io_uring asks again after an error even when reading is off, so it
   * would keep a core busy for as long as there is no descriptor. Read once, by {@link
   * io.netty.channel.uring.IoUring}.
   */
  private static final String MULTI_SHOT_ACCEPT = "io.netty.iouring.acceptMultiShotEnabled";

  /**
   * Netty's events for Java Flight Recorder, of its buffers. The first buffer registers them, which
   * starts the recorder: 60 ms of a new process, on an event loop. Read once, by {@link
   * io.netty.util.internal.PlatformDependent}.
   */
  private static final String FLIGHT_RECORDER = "io.netty.jfr.enabled";

  /**
   * Each loop keeps some of the buffers that it has freed. Netty gives up those that are not used
   * after some thousand others, or, with this, after a while: else a burst of slow readers would
   * leave memory with loops that are idle then. Read once, by {@link PooledByteBufAllocator}.
   */
  private static final String KEPT_BUFFERS = "io.netty.allocator.cacheTrimIntervalMillis";

  /** Lowering it wakes idle loops more often. */
  private static final String KEPT_MILLIS = "60000";

  static {
    System.setProperty(KEPT_BUFFERS, System.getProperty(KEPT_BUFFERS, KEPT_MILLIS));
    System.setProperty(FLIGHT_RECORDER, System.getProperty(FLIGHT_RECORDER, "false"));
    System.setProperty(MULTI_SHOT_ACCEPT, System.getProperty(MULTI_SHOT_ACCEPT, "false"));
  }

  private final TransportKind kind;
  private final int mostPipes;
  private final io.vertx.core.spi.transport.Transport implementation;

  private Transport(TransportKind kind, int mostPipes) {
    this.kind = kind;
    this.mostPipes = mostPipes;
    this.implementation =
        switch (kind) {
          case IO_URING -> new CorrectedIoUring();
          case EPOLL -> new CorrectedEpoll();
          default -> new CorrectedNio();
        };
  }

  /**
   * The transport that {@code wanted} means here; {@code AUTO} is epoll where it works, NIO
   * elsewhere.
   *
   * @throws UnavailableException when it was asked for by name and does not work here
   */
  public static Transport of(TransportKind wanted) {
    return of(wanted, 0);
  }

  /**
   * As {@link #of(TransportKind)}.
   *
   * @param mostPipes of each event loop for streams, see {@link #allowSplice}: two descriptors each
   */
  public static Transport of(TransportKind wanted, int mostPipes) {
    if (wanted == TransportKind.AUTO) {
      Transport epoll = new Transport(TransportKind.EPOLL, mostPipes);
      return epoll.available() ? epoll : new Transport(TransportKind.NIO, mostPipes);
    }
    Transport transport = new Transport(wanted, mostPipes);
    if (!transport.available()) {
      throw new UnavailableException(transport.name(), transport.unavailabilityCause());
    }
    return transport;
  }

  /** As the configuration writes it: {@code epoll}, {@code io_uring} or {@code nio}. */
  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public boolean available() {
    return implementation.isAvailable();
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return implementation.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return implementation;
  }

  /** Whether every event loop can listen there, the kernel spreading the clients over them. */
  public boolean sharesListening(SocketAddress address) {
    return LINUX && address instanceof InetSocketAddress;
  }

  /** A channel, not yet registered, that can connect to {@code remote}. */
  public Channel newChannel(SocketAddress remote) {
    if (remote instanceof InetSocketAddress inet) {
      return switch (kind) {
        case EPOLL -> opened(() -> EpollTcp.connecting(familyOf(inet)));
        case IO_URING -> implementation.channelFactory(false).newChannel();
        default -> new NioSocketChannel(SelectorProvider.provider(), familyOf(inet));
      };
    }
    return implementation.channelFactory(true).newChannel();
  }

  /** A channel, not yet registered, that can be bound to {@code local}. */
  public ServerChannel newServerChannel(SocketAddress local) {
    if (local instanceof InetSocketAddress inet) {
      return switch (kind) {
        case EPOLL -> opened(() -> EpollTcpListener.of(familyOf(inet)));
        case IO_URING -> implementation.serverChannelFactory(false).newChannel();
        default ->
            oneByOne(new NioServerSocketChannel(SelectorProvider.provider(), familyOf(inet)));
      };
    }
    return implementation.serverChannelFactory(true).newChannel();
  }

  /** NIO accepts up to 16 clients before it reports the first: too late to see a lack of room. */
  private static ServerChannel oneByOne(ServerChannel channel) {
    if (channel.config().getRecvByteBufAllocator()
        instanceof MaxMessagesRecvByteBufAllocator accepting) {
      accepting.maxMessagesPerRead(1);
    }
    return channel;
  }

  /** Sets whether the peer's FIN ends one direction only, or the channel. */
  public void allowHalfClosure(Channel channel, boolean allowed) {
    if (channel instanceof EpollTcp tcp) {
      tcp.input().allowHalfClosure(allowed);
    } else if (kind == TransportKind.EPOLL || channel instanceof SocketChannel) {
      channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, allowed);
    } else {
      DelegatingIoHandler.allowHalfClosure(channel, allowed);
    }
  }

  /**
   * Bytes between {@code one} and {@code other} need not be read by anybody: with epoll, long
   * streams stay in the kernel. Their handlers then get messages that are no buffers, whose {@link
   * #sizeOf size} counts.
   */
  public void allowSplice(Channel one, Channel other) {
    if (one instanceof EpollTcp oneTcp && other instanceof EpollTcp otherTcp) {
      oneTcp.input().allowSplice(mostPipes);
      otherTcp.input().allowSplice(mostPipes);
    }
  }

  /**
   * Has the buffers into which {@code channel} reads grow and shrink with what comes. Up to 32 KiB
   * they are those that the loop has freed before: with Netty's adaptive allocator, its default,
   * answers of 16 KiB cost 1.2 times the CPU.
   */
  public static void tuneReads(Channel channel) {
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
    channel.config().setRecvByteBufAllocator(ReadSize.ADAPTIVE);
  }

  /** Bytes in a message that a channel has read. */
  public static int sizeOf(Object message) {
    return message instanceof ByteBuf bytes
        ? bytes.readableBytes()
        : ((SplicePipe.Bytes) message).size();
  }

  /**
   * Sends a FIN on {@code channel}, on which everything is flushed and nothing will be written any
   * more. Netty's own way makes an exception for writes that may still wait, each time.
   */
  public void shutdownOutput(Channel channel) {
    if (!(channel instanceof UnixChannel unix)) {
      ((DuplexChannel) channel).shutdownOutput();
      return;
    }
    if (!channel.isOpen()) {
      return;
    }
    try {
      ((Socket) unix.fd()).shutdown(false, true);
    } catch (IOException | NotYetConnectedException e) {
      // The peer is gone, which reading reports.
      LOG.debug("finishing {}: {}", channel, e.toString());
    }
  }

  /** Closes {@code channel} at once, past its handlers; on its event loop if it is registered. */
  public static void discard(Channel channel) {
    if (channel.isRegistered()) {
      if (channel.isOpen()) {
        channel.unsafe().close(channel.unsafe().voidPromise());
      }
    } else {
      channel.unsafe().closeForcibly();
    }
  }

  private interface ChannelMaker<T> {
    T make() throws IOException;
  }

  private static <T> T opened(ChannelMaker<T> maker) {
    try {
      return maker.make();
    } catch (IOException e) {
      throw new ChannelException(e);
    }
  }

  /** The type that this transport's channels take: NIO has its own for Unix sockets. */
  public SocketAddress convert(SocketAddress address) {
    if (kind == TransportKind.NIO && address instanceof DomainSocketAddress unix) {
      return java.net.UnixDomainSocketAddress.of(unix.path());
    }
    return address;
  }

  private static SocketProtocolFamily familyOf(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address
        ? SocketProtocolFamily.INET
        : SocketProtocolFamily.INET6;
  }

  private static final class CorrectedEpoll extends EpollTransport {
    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return DelegatingIoHandler.factory(super.ioHandlerFactory(), HalfCloseEpoll::new);
    }

    @Override
    public void configure(TcpConfig settings, boolean unix, ServerBootstrap bootstrap) {
      super.configure(settings, unix, bootstrap);
      FilteredTcp.install(settings, bootstrap);
    }
  }

  private static final class CorrectedIoUring extends IoUringTransport {
    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return DelegatingIoHandler.factory(super.ioHandlerFactory(), HalfCloseIoUring::new);
    }

    @Override
    public void configure(TcpConfig settings, boolean unix, ServerBootstrap bootstrap) {
      super.configure(settings, unix, bootstrap);
      FilteredTcp.install(settings, bootstrap);
    }
  }

  private static final class CorrectedNio extends NioTransport {
    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return DelegatingIoHandler.factory(super.ioHandlerFactory(), HalfCloseNio::new);
    }

    @Override
    public void configure(TcpConfig settings, boolean unix, ServerBootstrap bootstrap) {
      super.configure(settings, unix, bootstrap);
      FilteredTcp.install(settings, bootstrap);
    }
  }

  /** A transport was asked for by name and does not work here. */
  public static final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private UnavailableException(String transport, @Nullable Throwable cause) {
      super(
          "node.transport: " + transport + " (expected: a transport that works here; " + why(cause),
          cause);
    }

    private static String why(@Nullable Throwable cause) {
      return (cause == null ? "not supported by this platform" : cause.getMessage()) + ")";
    }
  }
}
