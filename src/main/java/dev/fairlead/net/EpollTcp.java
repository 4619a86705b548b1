package dev.fairlead.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
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
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection on epoll, for sessions: Netty's own channel asks the kernel for 12 things in the
 * life of a connection that nobody needs here. On its event loop.
 *
 * <p>It is added to the epoll set once, edge-triggered, and not changed any more, whether it reads,
 * waits for room or has seen a FIN: so it remembers what the kernel has reported ({@link #readable},
 * {@link #blocked}), because it will not be told again. It reads one buffer in a round of the loop,
 * so that a fast peer does not keep others waiting.
 *
 * <pre>
 * a read that fills its buffer       more may be there: reads again in the next round
 * a shorter one                      nothing was left; the next byte is an edge again
 * a shorter one after FIN, error or  reads on until the kernel says that nothing is there: a read
 * urgent data                        ends before urgent data, and no edge follows
 * </pre>
 *
 * As the other transports, corrected: a FIN is reported as {@link ChannelInputShutdownEvent} where
 * half-closure is allowed, else it closes the channel. A reset is an {@link IOException} after all
 * bytes before it, also where the channel does not read or has seen the FIN. The connect has no
 * time-out of its own.
 */
final class EpollTcp extends AbstractChannel implements UnixChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);
  private static final EpollIoOps OUT = EpollIoOps.EPOLLOUT;

  // Linux numbers, include/uapi/linux/eventpoll.h.
  private static final int EPOLLPRI = 0x2;
  private static final int EPOLLHUP = 0x10;

  private static final int READABLE =
      EpollIoOps.EPOLLIN.value()
          | EpollIoOps.EPOLLRDHUP.value()
          | EpollIoOps.EPOLLERR.value()
          | EPOLLHUP
          | EPOLLPRI;

  /** Reading goes on after a short read. */
  private static final int NOT_ONLY_BYTES = READABLE & ~EpollIoOps.EPOLLIN.value();

  private static final int FAILED = EpollIoOps.EPOLLERR.value() | EPOLLHUP;

  private static final EpollIoOps ALL =
      EpollIoOps.valueOf(
          EpollIoOps.EPOLLIN.value()
              | EpollIoOps.EPOLLOUT.value()
              | EpollIoOps.EPOLLRDHUP.value()
              | EPOLLPRI
              | EpollIoOps.EPOLLET.value());

  /** Until the owner sets another one. */
  private static final RecvByteBufAllocator READ_SIZE = new FixedRecvByteBufAllocator(2048);

  private static final FastThreadLocal<IovArray> GATHERED =
      new FastThreadLocal<>() {
        @Override
        protected IovArray initialValue() {
          return new IovArray();
        }

        @Override
        protected void onRemoval(IovArray gathered) {
          gathered.release();
        }
      };

  private final Config config = new Config(this);
  private final Runnable readAgain = this::readAgain;
  private final Runnable flushAgain = this::flushAgain;

  /** A {@link TcpSocket} once more is asked of it than reading and writing. */
  private FileDescriptor descriptor;

  private @Nullable SocketAddress remote;
  private @Nullable ChannelPromise connecting;
  private @Nullable IoRegistration registration;
  private boolean connected;

  /** Somebody has asked for the next read. */
  private boolean asked;

  /** There may be something to read that the kernel has reported and was not read. */
  private boolean readable;

  /** More than bytes is there to read. */
  private boolean ending;

  /** The kernel has reported an error: whether reading is on or not, it is read up to that. */
  private boolean broken;

  /** A read is under way or comes in the next round. */
  private boolean reading;

  /** The kernel takes no more bytes, and will report when it does. */
  private boolean blocked;

  private boolean inputDone;
  private boolean halfClosureAllowed;

  private EpollTcp(@Nullable Channel parent, FileDescriptor descriptor) {
    super(parent, new DescriptorId(descriptor.intValue()));
    this.descriptor = descriptor;
  }

  /** A channel that is not connected yet. */
  static EpollTcp connecting(SocketProtocolFamily family) throws IOException {
    TcpSocket socket = TcpSocket.of(family);
    try {
      socket.setTcpNoDelay(true);
      return new EpollTcp(null, socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** The channel of a client that was accepted, whose socket has the options of its listener. */
  static EpollTcp accepted(Channel listening, int descriptor, SocketAddress client) {
    EpollTcp channel = new EpollTcp(listening, new FileDescriptor(descriptor));
    channel.remote = client;
    channel.connected = true;
    return channel;
  }

  /** Whether the peer's FIN ends one direction only, or the channel. */
  void allowHalfClosure(boolean allowed) {
    halfClosureAllowed = allowed;
  }

  /** A socket that can do more than read and write. */
  @Override
  public TcpSocket fd() {
    if (descriptor instanceof TcpSocket socket) {
      return socket;
    }
    TcpSocket socket = new TcpSocket(descriptor.intValue());
    descriptor = socket;
    return socket;
  }

  @Override
  public ChannelConfig config() {
    return config;
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
    return new Events();
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(Events.class);
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
        .register((Events) unsafe())
        .addListener(
            done -> {
              if (done.isSuccess()) {
                registration = (IoRegistration) done.getNow();
                if (connected) {
                  registration.submit(ALL);
                }
                promise.setSuccess();
              } else {
                promise.setFailure(done.cause());
              }
            });
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
    inputDone = true;
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
    asked = true;
    readInNextRound();
  }

  private boolean mayRead() {
    return readable && !inputDone && (broken || asked || config.isAutoRead());
  }

  private void readInNextRound() {
    if (!reading && mayRead() && isRegistered()) {
      reading = true;
      eventLoop().execute(readAgain);
    }
  }

  private void readAgain() {
    reading = false;
    read(pipeline(), ((Events) unsafe()).recvBufAllocHandle());
  }

  private void read(ChannelPipeline pipeline, RecvByteBufAllocator.Handle sizes) {
    if (reading || !mayRead()) {
      return;
    }
    reading = true;
    sizes.reset(config);
    Throwable failure = null;
    int count = 0;
    try {
      do {
        count = readBuffer(pipeline, sizes);
      } while (ending && count > 0 && mayRead());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      failure = e;
    }
    sizes.readComplete();
    pipeline.fireChannelReadComplete();
    reading = false;
    if (failure != null) {
      broken = false;
      pipeline.fireExceptionCaught(failure);
    }
    if (count < 0 || (failure != null && !(failure instanceof RuntimeException))) {
      inputEnded(pipeline);
    }
    readInNextRound();
  }

  /** Bytes read; 0 = there is none now, -1 = the end. */
  private int readBuffer(ChannelPipeline pipeline, RecvByteBufAllocator.Handle sizes)
      throws IOException {
    ByteBuf bytes = sizes.allocate(config.getAllocator());
    int count = 0;
    try {
      int room = bytes.writableBytes();
      sizes.attemptedBytesRead(room);
      count = receive(bytes);
      sizes.lastBytesRead(count);
      if (count <= 0) {
        readable = false;
        ending = false;
        broken &= count < 0;
      } else if (count < room && !ending) {
        readable = false;
      }
    } finally {
      if (count <= 0) {
        bytes.release();
      }
    }
    if (count > 0) {
      asked = false;
      sizes.incMessagesRead(1);
      pipeline.fireChannelRead(bytes);
    }
    return count;
  }

  private int receive(ByteBuf bytes) throws IOException {
    int start = bytes.writerIndex();
    int count;
    if (bytes.hasMemoryAddress()) {
      count = descriptor.readAddress(bytes.memoryAddress(), start, bytes.capacity());
    } else {
      ByteBuffer room = bytes.internalNioBuffer(start, bytes.writableBytes());
      count = descriptor.read(room, room.position(), room.limit());
    }
    if (count > 0) {
      bytes.writerIndex(start + count);
    }
    return count;
  }

  private void inputEnded(ChannelPipeline pipeline) {
    if (inputDone) {
      return;
    }
    if (halfClosureAllowed) {
      inputDone = true;
      pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    } else {
      unsafe().close(unsafe().voidPromise());
    }
  }

  private void flushAgain() {
    ((Events) unsafe()).flush0();
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (bytes.hasMemoryAddress()) {
      return bytes;
    }
    ByteBuf direct = alloc().directBuffer(bytes.readableBytes());
    direct.writeBytes(bytes);
    bytes.release();
    return direct;
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer pending) throws Exception {
    for (int i = config.getWriteSpinCount(); i > 0; i--) {
      if (pending.isEmpty()) {
        return;
      }
      long count = pending.size() == 1 ? writeOne(pending) : writeMany(pending);
      if (count == 0) {
        blocked = true;
        return;
      }
    }
    if (!pending.isEmpty()) {
      eventLoop().execute(flushAgain); // others first
    }
  }

  /** Bytes written, or 1 for a buffer without any; 0 = the kernel takes none. */
  private long writeOne(ChannelOutboundBuffer pending) throws IOException {
    ByteBuf bytes = (ByteBuf) pending.current();
    if (!bytes.isReadable()) {
      pending.remove();
      return 1;
    }
    long address = bytes.memoryAddress();
    int count = descriptor.writeAddress(address, bytes.readerIndex(), bytes.writerIndex());
    if (count > 0) {
      pending.removeBytes(count);
    }
    return count;
  }

  private long writeMany(ChannelOutboundBuffer pending) throws Exception {
    IovArray gathered = GATHERED.get();
    gathered.clear();
    pending.forEachFlushedMessage(gathered);
    if (gathered.count() <= 1) {
      return writeOne(pending);
    }
    long count = descriptor.writevAddresses(gathered.memoryAddress(0), gathered.count());
    if (count > 0) {
      pending.removeBytes(count);
    }
    return count;
  }

  /** What the kernel reports, and the connect. */
  @SuppressWarnings("try") // Netty's close() may throw any exception
  private final class Events extends AbstractUnsafe implements EpollIoHandle {
    @Override
    public FileDescriptor fd() {
      return descriptor;
    }

    @Override
    public void close() {
      close(voidPromise());
    }

    @Override
    public void connect(
        SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
      if (!promise.setUncancellable() || !ensureOpen(promise)) {
        return;
      }
      try {
        if (connecting != null) {
          throw new ConnectionPendingException();
        }
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
      ChannelPromise promise = connecting;
      if (promise != null && !finishConnect(promise, ops)) {
        return;
      }
      if ((ops & READABLE) != 0) {
        readable = true;
        ending |= (ops & NOT_ONLY_BYTES) != 0;
        broken |= (ops & EpollIoOps.EPOLLERR.value()) != 0;
        // Before anything is written: a write that fails would end the reading.
        read(pipeline(), recvBufAllocHandle());
      }
      if (broken && inputDone && isOpen()) {
        broken = false;
        PeerReset.report(EpollTcp.this);
      }
      if (blocked && (ops & OUT.value()) != 0) {
        blocked = false;
        super.flush0();
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
            promise.tryFailure(annotateConnectException(e, Objects.requireNonNull(remote)));
            return false;
          }
          PeerReset.expect(EpollTcp.this); // the kernel reports an error once
        }
      } else if ((ops & OUT.value()) == 0) {
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
      if (!blocked) {
        super.flush0();
      }
    }
  }

  /** Distinguishes the channels that are open, for log lines: Netty's own ids take long to make. */
  private record DescriptorId(int descriptor) implements ChannelId {
    @Override
    public String asShortText() {
      return Integer.toString(descriptor);
    }

    @Override
    public String asLongText() {
      return asShortText();
    }

    @Override
    public int compareTo(ChannelId other) {
      return asLongText().compareTo(other.asLongText());
    }
  }

  private static final class Config extends DefaultChannelConfig {
    Config(EpollTcp channel) {
      super(channel, READ_SIZE);
    }

    @Override
    protected void autoReadCleared() {
      ((EpollTcp) channel).asked = false;
    }
  }
}
