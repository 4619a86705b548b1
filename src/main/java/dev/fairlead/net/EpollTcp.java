package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
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
final class EpollTcp extends EpollTcpChannel {
  private static final int WRITABLE = EpollIoOps.EPOLLOUT.value();
  private static final int FAILED = EpollIoOps.EPOLLERR.value() | EpollInput.EPOLLHUP;

  private static final EpollIoOps ALL =
      EpollIoOps.valueOf(
          EpollIoOps.EPOLLIN.value()
              | WRITABLE
              | EpollIoOps.EPOLLRDHUP.value()
              | EpollInput.EPOLLPRI
              | EpollIoOps.EPOLLET.value());

  private final ChannelSettings settings = new ChannelSettings(this);
  private final EpollOutput output = new EpollOutput(this);
  private final EpollInput input = new EpollInput(this, output);

  private @Nullable SocketAddress remote;
  private @Nullable ChannelPromise connecting;
  private boolean connected;

  private EpollTcp(@Nullable Channel parent, FileDescriptor descriptor) {
    super(parent, descriptor);
    settings.setMessageSizeEstimator(SplicePipe.SIZES);
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

  @Override
  public ChannelConfig config() {
    return settings;
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
  protected @Nullable SocketAddress remoteAddress0() {
    return remote;
  }

  @Override
  void registered() {
    if (connected) {
      submit(ALL);
    }
  }

  @Override
  protected void doBind(SocketAddress local) throws IOException {
    fd().bind(local);
  }

  @Override
  protected void doClose() throws IOException {
    connected = false;
    input.close();
    ChannelPromise unfinished = connecting;
    connecting = null;
    try {
      super.doClose();
    } finally {
      if (unfinished != null) {
        unfinished.tryFailure(new ClosedChannelException());
      }
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
  void pause() {
    input.pause();
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
  @SuppressWarnings("try") // as of its base
  private final class KernelEvents extends KernelHandle {
    KernelEvents() {
      super(EpollTcp.this);
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
        submit(ALL);
        if (atOnce) {
          connected(promise);
        }
      } catch (IOException | RuntimeException e) {
        connecting = null;
        promise.tryFailure(annotateConnectException(e, to));
      }
    }

    @Override
    void reported(int ops) {
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
}
