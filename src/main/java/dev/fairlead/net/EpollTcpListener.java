package dev.fairlead.net;

import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.NativeInetAddress;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Listens for clients and makes an {@link EpollTcp} of each, one for each round of the loop. What
 * is not read stays in the kernel's queue. On its event loop.
 */
final class EpollTcpListener extends AbstractChannel implements ServerChannel, UnixChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  /** Of IPv6, with its scope, and one byte for the length: what {@link TcpSocket#accept} fills. */
  private static final int ADDRESS_BYTES = 25;

  private final TcpSocket socket;
  private final ListenSettings settings = new ListenSettings(this);
  private @Nullable IoRegistration registration;
  private EpollIoOps submitted = EpollIoOps.NONE;
  private boolean listening;

  private EpollTcpListener(TcpSocket socket) {
    super(null);
    this.socket = socket;
  }

  /** A channel that is not bound yet; clients inherit the options of its socket. */
  static EpollTcpListener of(SocketProtocolFamily family) throws IOException {
    return new EpollTcpListener(TcpSocket.of(family));
  }

  @Override
  public TcpSocket fd() {
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
    return socket.isOpen();
  }

  @Override
  public boolean isActive() {
    return listening && isOpen();
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Clients();
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(Clients.class);
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return isOpen() ? socket.localAddress() : null;
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return null;
  }

  @Override
  protected void doRegister(ChannelPromise promise) {
    ((IoEventLoop) eventLoop())
        .register((Clients) unsafe())
        .addListener(
            done -> {
              if (done.isSuccess()) {
                registration = (IoRegistration) done.getNow();
                promise.setSuccess();
              } else {
                promise.setFailure(done.cause());
              }
            });
  }

  @Override
  protected void doBind(SocketAddress local) throws IOException {
    socket.bind(local);
    socket.listen(settings.backlog);
    listening = true;
  }

  @Override
  protected void doDisconnect() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void doClose() throws IOException {
    try {
      socket.close();
    } finally {
      doDeregister();
    }
  }

  @Override
  protected void doDeregister() {
    if (registration != null) {
      registration.cancel();
    }
  }

  @Override
  protected void doBeginRead() {
    submit(EpollIoOps.EPOLLIN);
  }

  /** Nothing is read: but for errors, each once, which an edge is. */
  private void pause() {
    if (registration != null && registration.isValid()) {
      submit(EpollIoOps.EPOLLET);
    }
  }

  private void submit(EpollIoOps wanted) {
    if (!submitted.equals(wanted)) {
      Objects.requireNonNull(registration).submit(wanted);
      submitted = wanted;
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer pending) {
    throw new UnsupportedOperationException();
  }

  private final class Clients extends AbstractUnsafe implements EpollIoHandle {
    private final byte[] address = new byte[ADDRESS_BYTES];

    @Override
    public FileDescriptor fd() {
      return socket;
    }

    @Override
    public void close() {
      close(voidPromise());
    }

    @Override
    public void connect(SocketAddress to, SocketAddress from, ChannelPromise promise) {
      promise.setFailure(new UnsupportedOperationException());
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
      if (!settings.isAutoRead() || !isActive()) {
        return;
      }
      Throwable failure = null;
      try {
        int client = socket.accept(address);
        if (client >= 0) {
          pipeline().fireChannelRead(channelOf(client));
        }
      } catch (IOException | RuntimeException e) {
        failure = e;
      }
      pipeline().fireChannelReadComplete();
      if (failure != null) {
        pipeline().fireExceptionCaught(failure);
      }
    }

    private EpollTcp channelOf(int client) {
      SocketAddress from = NativeInetAddress.address(address, 1, address[0]);
      return EpollTcp.accepted(EpollTcpListener.this, client, from);
    }
  }

  private static final class ListenSettings extends DefaultChannelConfig {
    private int backlog = 128;

    ListenSettings(EpollTcpListener channel) {
      super(channel);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
      if (option.equals(ChannelOption.SO_BACKLOG)) {
        backlog = (Integer) value;
        return true;
      }
      return super.setOption(option, value);
    }

    @Override
    protected void autoReadCleared() {
      ((EpollTcpListener) channel).pause();
    }
  }
}
