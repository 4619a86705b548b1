package dev.fairlead.net;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection on epoll, for sessions: Netty's own channel makes 13 system calls in the life of
 * a connection that nobody needs here. It is added to the epoll set once, edge-triggered, and not
 * changed any more, whether it reads, waits for room or has seen a FIN; {@link EpollInput} and
 * {@link EpollOutput} remember what the kernel has said. On its event loop.
 *
 * <p>As the other transports, corrected: a FIN is reported as {@link
 * io.netty.channel.socket.ChannelInputShutdownEvent} where half-closure is allowed, else it closes
 * the channel. A reset is an {@link IOException} after all bytes before it, also where the channel
 * does not read or has seen the FIN. The connect has no time-out of its own.
 */
final class EpollTcp extends AbstractChannel implements UnixChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);
  private static final int WRITABLE = EpollIoOps.EPOLLOUT.value();
  private static final int FAILED = EpollIoOps.EPOLLERR.value() | EpollInput.EPOLLHUP;

  private static final EpollIoOps ALL =
      EpollIoOps.valueOf(
          EpollIoOps.EPOLLIN.value()
              | WRITABLE
              | EpollIoOps.EPOLLRDHUP.value()
              | EpollInput.EPOLLPRI
              | EpollIoOps.EPOLLET.value());

  /** Until the owner sets another one. */
  private static final RecvByteBufAllocator READ_SIZE = new FixedRecvByteBufAllocator(2048);

  private final ChannelSettings settings = new ChannelSettings(this);
  private final EpollOutput output = new EpollOutput(this);
  private final EpollInput input = new EpollInput(this, output);

  private FileDescriptor descriptor; // a TcpSocket once more is asked than reading and writing
  private @Nullable SocketAddress remote;
  private @Nullable ChannelPromise connecting;
  private @Nullable IoRegistration registration;
  private @Nullable NextRound nextRound;
  private boolean connected;

  private EpollTcp(@Nullable Channel parent, FileDescriptor descriptor) {
    super(parent, new TcpSocket.DescriptorId(descriptor.intValue()));
    this.descriptor = descriptor;
  }

  /** A channel that is not connected yet. */
  static EpollTcp connecting(SocketProtocolFamily family) throws IOException {
    return new EpollTcp(null, TcpSocket.of(family));
  }

  /** The channel of a client that was accepted, whose socket has the options of its listener. */
  static EpollTcp accepted(Channel listening, int descriptor, SocketAddress client) {
    EpollTcp channel = new EpollTcp(listening, new FileDescriptor(descriptor));
    channel.remote = client;
    channel.connected = true;
    return channel;
  }

  EpollInput input() {
    return input;
  }

  /** Has {@code action} done when the other channels of the loop had their turn. */
  void inNextRound(Runnable action) {
    Objects.requireNonNull(nextRound).add(action);
  }

  /** For reading and writing; {@link #fd} can more, and costs a system call once. */
  FileDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public TcpSocket fd() {
    if (descriptor instanceof TcpSocket socket) {
      return socket;
    }
    if (!isOpen()) { // the number may be another one's by now
      throw new NotYetConnectedException();
    }
    TcpSocket socket = new TcpSocket(descriptor.intValue());
    descriptor = socket;
    return socket;
  }

  @Override
  public ChannelConfig config() {
    return settings;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  public boolean isOpen() {
    return descriptor.isOpen();
  }

  @Override
  public boolean isActive() {
    return connected;
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new KernelEvents();
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(KernelEvents.class);
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return isOpen() ? fd().localAddress() : null;
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return remote;
  }

  @Override
  protected void doRegister(ChannelPromise promise) {
    ((IoEventLoop) eventLoop())
        .register((KernelEvents) unsafe())
        .addListener(
            done -> {
              if (done.isSuccess()) {
                registered((IoRegistration) done.getNow(), promise);
              } else {
                promise.setFailure(done.cause());
              }
            });
  }

  private void registered(IoRegistration made, ChannelPromise promise) {
    registration = made;
    nextRound = made.attachment();
    try {
      if (connected) {
        made.submit(ALL);
      }
      promise.setSuccess();
    } catch (UncheckedIOException e) {
      promise.setFailure(e);
    }
  }

  @Override
  protected void doBind(SocketAddress local) throws IOException {
    fd().bind(local);
  }

  @Override
  protected void doDisconnect() throws IOException {
    doClose();
  }

  /** The kernel takes a closed descriptor out of the epoll set by itself. */
  @Override
  protected void doClose() throws IOException {
    connected = false;
    input.close();
    ChannelPromise unfinished = connecting;
    connecting = null;
    try {
      descriptor.close();
    } finally {
      doDeregister();
      if (unfinished != null) {
        unfinished.tryFailure(new ClosedChannelException());
      }
    }
  }

  @Override
  protected void doDeregister() {
    if (registration != null) {
      registration.cancel();
    }
  }

  @Override
  protected void doShutdownOutput() throws IOException {
    fd().shutdown(false, true);
  }

  @Override
  protected void doBeginRead() {
    input.ask();
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    return output.writable(message);
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer pending) throws Exception {
    output.write(pending, ((KernelEvents) unsafe())::flush0);
  }

  /** What the kernel reports, and the connect. */
  @SuppressWarnings("try") // Netty's close() may throw any exception
  private final class KernelEvents extends AbstractUnsafe implements EpollIoHandle {
    @Override
    public FileDescriptor fd() {
      return descriptor;
    }

    @Override
    public void close() {
      close(voidPromise());
    }

    /** Netty's makes an exception for the writes that wait, each time. */
    @Override
    public void close(ChannelPromise promise) {
      close(promise, EpollOutput.CLOSED, EpollOutput.CLOSED);
    }

    @Override
    public void connect(SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
      if (!promise.setUncancellable() || !ensureOpen(promise)) {
        return;
      }
      if (connecting != null) {
        promise.setFailure(new ConnectionPendingException());
        return;
      }
      try {
        TcpSocket socket = EpollTcp.this.fd();
        if (from != null) {
          socket.bind(from);
        }
        remote = to;
        connecting = promise;
        boolean atOnce = socket.connect(to);
        Objects.requireNonNull(registration).submit(ALL);
        if (atOnce) {
          connected(promise);
        }
      } catch (IOException | RuntimeException e) {
        connecting = null;
        promise.tryFailure(annotateConnectException(e, to));
      }
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
      int ops = ((EpollIoEvent) event).ops().value();
      if (connecting == null || finishConnect(connecting, ops)) {
        input.report(ops);
        if ((ops & WRITABLE) != 0 && output.unblock()) {
          flush0();
        }
      }
    }

    /**
     * Whether the channel is connected: so it is, too, if the peer has sent bytes and a reset, both
     * before this was noticed.
     */
    private boolean finishConnect(ChannelPromise promise, int ops) {
      if ((ops & FAILED) != 0) {
        try {
          EpollTcp.this.fd().finishConnect();
        } catch (IOException e) {
          if (!SocketTuning.hasReceived(EpollTcp.this)) {
            connecting = null;
            promise.tryFailure(annotateConnectException(e, remote));
            return false;
          }
          PeerReset.expect(EpollTcp.this); // the kernel reports an error once
        }
      } else if ((ops & WRITABLE) == 0) {
        return false;
      }
      connected(promise);
      return isOpen();
    }

    private void connected(ChannelPromise promise) {
      connecting = null;
      connected = true;
      promise.trySuccess();
      if (isOpen()) {
        pipeline().fireChannelActive();
      }
    }

    @Override
    protected void flush0() {
      if (!output.isBlocked()) {
        super.flush0();
      }
    }
  }

  private static final class ChannelSettings extends DefaultChannelConfig {
    ChannelSettings(EpollTcp channel) {
      super(channel, READ_SIZE);
      setMessageSizeEstimator(SplicePipe.SIZES);
    }

    @Override
    protected void autoReadCleared() {
      ((EpollTcp) channel).input.pause();
    }
  }
}
