package dev.fairlead.net;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Listens for clients and makes an {@link EpollTcp} of each: in each round of the loop one, and
 * more the more events the last round had, so that clients do not wait for as many rounds as there
 * are of them. What is not read stays in the kernel's queue. On its event loop.
 */
final class EpollTcpListener extends EpollTcpChannel implements ServerChannel {
  /** Of IPv6, with its scope, and one byte for the length: what {@link TcpSocket#accept} fills. */
  private static final int ADDRESS_BYTES = 25;

  private final ListenSettings settings = new ListenSettings(this);
  private boolean listening;

  /** The kernel reports clients: to ask again after each round would be a system call for each. */
  private boolean asked;

  private EpollTcpListener(TcpSocket socket) {
    super(null, socket);
  }

  /** A channel that is not bound yet; clients inherit the options of its socket. */
  static EpollTcpListener of(SocketProtocolFamily family) throws IOException {
    return new EpollTcpListener(TcpSocket.of(family));
  }

  @Override
  public ChannelConfig config() {
    return settings;
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
  protected @Nullable SocketAddress remoteAddress0() {
    return null;
  }

  @Override
  protected void doBind(SocketAddress local) throws IOException {
    fd().bind(local);
    fd().listen(settings.backlog);
    listening = true;
  }

  @Override
  protected void doBeginRead() {
    if (!asked) {
      asked = true;
      submit(EpollIoOps.EPOLLIN);
    }
  }

  /** But for errors, each once, which an edge is. */
  @Override
  void pause() {
    asked = false;
    submit(EpollIoOps.EPOLLET);
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer pending) {
    throw new UnsupportedOperationException();
  }

  @SuppressWarnings("try") // as of its base
  private final class Clients extends KernelHandle {
    private final byte[] address = new byte[ADDRESS_BYTES];

    Clients() {
      super(EpollTcpListener.this);
    }

    @Override
    public void connect(SocketAddress to, SocketAddress from, ChannelPromise promise) {
      promise.setFailure(new UnsupportedOperationException());
    }

    @Override
    void reported(int events) {
      if (!settings.isAutoRead() || !isActive()) {
        return;
      }
      Throwable failure = null;
      try {
        acceptUpTo(DelegatingIoHandler.clientsAfter(nextRound().lastSize()));
      } catch (IOException | RuntimeException e) {
        failure = e;
      }
      pipeline().fireChannelReadComplete();
      if (failure != null) {
        pipeline().fireExceptionCaught(failure);
      }
    }

    private void acceptUpTo(int most) throws IOException {
      for (int i = 0; i < most && settings.isAutoRead() && isActive(); i++) {
        int client = EpollTcpListener.this.fd().accept(address);
        if (client < 0) {
          return;
        }
        pipeline().fireChannelRead(channelOf(client));
      }
    }

    private EpollTcp channelOf(int client) {
      return EpollTcp.accepted(EpollTcpListener.this, client, ClientAddresses.ofLoop().of(address));
    }
  }

  private static final class ListenSettings extends ChannelSettings {
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
  }
}
