package dev.fairlead.net;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
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
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a connection and a listener of TCP on epoll have in common: a descriptor, closed once, and
 * its registration with an event loop. On that loop.
 */
abstract class EpollTcpChannel extends AbstractChannel implements UnixChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  /** Until the owner sets another one. */
  private static final RecvByteBufAllocator READ_SIZE = new FixedRecvByteBufAllocator(2048);

  private FileDescriptor descriptor; // a TcpSocket once more is asked than reading and writing
  private @Nullable IoRegistration registration;
  private @Nullable NextRound nextRound;

  /** The round of the loop in which this joined it. */
  private long joinedIn;

  EpollTcpChannel(@Nullable Channel parent, FileDescriptor descriptor) {
    super(parent, TcpSocket.DescriptorId.of(descriptor.intValue()));
    this.descriptor = descriptor;
  }

  /** For reading and writing; {@link #fd} can more, and costs a system call once. */
  final FileDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public final TcpSocket fd() {
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
  public final ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  public final boolean isOpen() {
    return descriptor.isOpen();
  }

  @Override
  protected final boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(EpollIoHandle.class);
  }

  @Override
  protected final @Nullable SocketAddress localAddress0() {
    return isOpen() ? fd().localAddress() : null;
  }

  @Override
  protected final void doRegister(ChannelPromise promise) {
    Future<IoRegistration> registering =
        ((IoEventLoop) eventLoop()).register((EpollIoHandle) unsafe());
    if (registering.isDone()) {
      registered(registering, promise);
    } else {
      registering.addListener(done -> registered(registering, promise));
    }
  }

  private void registered(Future<IoRegistration> made, ChannelPromise promise) {
    if (!made.isSuccess()) {
      promise.setFailure(made.cause());
      return;
    }
    registration = made.getNow();
    try {
      registered();
      promise.setSuccess();
    } catch (UncheckedIOException e) {
      promise.setFailure(e);
    }
  }

  /** The event loop has this channel; the kernel does not report anything yet. */
  void registered() {}

  /** Of its event loop, which has this channel. */
  final NextRound nextRound() {
    return Objects.requireNonNull(nextRound);
  }

  /** Has the kernel report {@code events}, if an event loop has this channel. */
  final void submit(EpollIoOps events) {
    if (registration != null && registration.isValid()) {
      registration.submit(events);
    }
  }

  /** Auto-read was switched off. */
  abstract void pause();

  @Override
  protected final void doDisconnect() throws IOException {
    doClose();
  }

  /** The kernel takes a closed descriptor out of the epoll set by itself. */
  @Override
  protected void doClose() throws IOException {
    try {
      descriptor.close();
    } finally {
      doDeregister();
    }
  }

  @Override
  protected final void doDeregister() {
    if (registration != null) {
      registration.cancel();
    }
  }

  /** What the event loop knows of a channel. */
  @SuppressWarnings("try") // Netty's close() may throw any exception
  abstract static class KernelHandle extends AbstractUnsafe implements EpollIoHandle {
    KernelHandle(EpollTcpChannel channel) {
      channel.super();
    }

    /** Is about to be registered with the loop of these rounds. */
    final void join(NextRound rounds) {
      channel().nextRound = rounds;
      channel().joinedIn = rounds.number();
    }

    /**
     * Passes on what the kernel has reported after the channel was registered. Events that it has
     * reported before, together with others, are of a descriptor of the same number that was closed
     * meanwhile: with them an {@link EpollTcp} could take itself for connected.
     */
    @Override
    public final void handle(IoRegistration from, IoEvent event) {
      if (channel().nextRound().number() != channel().joinedIn) {
        reported(((EpollIoEvent) event).ops().value());
      }
    }

    /** The kernel has reported these events. */
    abstract void reported(int events);

    private EpollTcpChannel channel() {
      return (EpollTcpChannel) voidPromise().channel();
    }

    @Override
    public final FileDescriptor fd() {
      return channel().descriptor;
    }

    @Override
    public final void close() {
      close(voidPromise());
    }
  }

  static class ChannelSettings extends DefaultChannelConfig {
    ChannelSettings(EpollTcpChannel channel) {
      super(channel, READ_SIZE);
    }

    @Override
    protected final void autoReadCleared() {
      ((EpollTcpChannel) channel).pause();
    }
  }
}
