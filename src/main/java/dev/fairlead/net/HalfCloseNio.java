package dev.fairlead.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Netty's NIO handler, with these corrections of Netty 4.2.18:
 *
 * <ul>
 *   <li>A reset is reported while a channel does not read, because its peer has sent a FIN or
 *       because of back-pressure. The JDK takes a channel that waits for nothing out of the
 *       selector's set, and what it could wait for is always there. So channels that do not read
 *       are checked every {@link #CHECK_MILLIS}, by a selector of their own: waiting to connect,
 *       they are selected for an error only.
 *   <li>The FIN of a Unix peer ends one direction only, see {@link UnixHalfClose}.
 * </ul>
 *
 * <p>One for every event loop; on that loop.
 */
final class HalfCloseNio extends DelegatingIoHandler {
  /** Raising it reports resets later, lowering it costs more system calls while a channel waits. */
  private static final long CHECK_MILLIS = 40;

  /** Reads at one check of a channel that was reset; the rest is read at the next check. */
  private static final int MOST_READS = 100;

  private final EventExecutor loop;

  private final Set<ReadingHandle> notReading = new LinkedHashSet<>();

  private Selector errors;
  private boolean checkScheduled;

  private HalfCloseNio(IoHandler nio, EventExecutor loop) {
    super(nio);
    this.loop = loop;
  }

  /** Makes what {@code nio} makes, corrected. */
  static IoHandlerFactory over(IoHandlerFactory nio) {
    return factory(nio, (handler, executor) -> new HalfCloseNio(handler, (EventExecutor) executor));
  }

  @Override
  public void initialize() {
    super.initialize();
    try {
      errors = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("opening a selector", e);
    }
  }

  @Override
  public void destroy() {
    super.destroy();
    try {
      errors.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing a selector", e);
    }
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    if (!isStream(handle)) {
      return super.register(handle);
    }
    ReadingHandle reading = new ReadingHandle((NioIoHandle) handle);
    reading.registration =
        new Registration(super.register(reading)) {
          @Override
          public long submit(IoOps ops) {
            long result = super.submit(ops);
            reading.waitsFor((NioIoOps) ops);
            return result;
          }
        };
    return reading.registration;
  }

  private void scheduleCheck() {
    if (!checkScheduled) {
      checkScheduled = true;
      loop.schedule(this::check, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void check() {
    checkScheduled = false;
    for (ReadingHandle each : notReading) {
      each.waitForError();
    }
    select();
    if (!notReading.isEmpty()) {
      scheduleCheck();
    }
  }

  private void select() {
    try {
      errors.selectNow(key -> ((ReadingHandle) key.attachment()).hungUp());
    } catch (IOException e) {
      throw new UncheckedIOException("selecting channels with errors", e);
    }
  }

  @SuppressWarnings("try") // as of its base
  private final class ReadingHandle extends Handle implements NioIoHandle {
    private final NioIoHandle delegate;
    private IoRegistration registration;

    /** Of {@link #errors}; null until the first check of the channel. */
    private SelectionKey errorKey;

    ReadingHandle(NioIoHandle delegate) {
      super(delegate);
      this.delegate = delegate;
    }

    @Override
    public SelectableChannel selectableChannel() {
      return delegate.selectableChannel();
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
      NioIoOps ready = ((NioIoEvent) event).ops();
      if (ready.contains(NioIoOps.READ) && UnixHalfClose.isAllowed(channel())) {
        readUnix();
        NioIoOps others = ready.without(NioIoOps.READ);
        if (!others.equals(NioIoOps.NONE)) {
          super.handle(from, (NioIoEvent) () -> others);
        }
      } else {
        super.handle(from, event);
      }
    }

    @Override
    public void unregistered() {
      super.unregistered();
      notReading.remove(this);
      if (errorKey != null) {
        // The JDK keeps the descriptor of a closed channel until all its selectors have selected.
        loop.execute(HalfCloseNio.this::select);
      }
    }

    /** Notes whether the channel reads. */
    void waitsFor(NioIoOps ops) {
      if (ops.contains(NioIoOps.READ) || !(channel() instanceof NioSocketChannel)) {
        notReading.remove(this);
        if (errorKey != null && errorKey.isValid()) {
          errorKey.interestOps(0);
        }
      } else if (channel().isActive() && notReading.add(this)) {
        scheduleCheck();
      }
    }

    private void waitForError() {
      try {
        if (errorKey == null) {
          errorKey = selectableChannel().register(errors, SelectionKey.OP_CONNECT, this);
        } else if (errorKey.isValid()) {
          errorKey.interestOps(SelectionKey.OP_CONNECT);
        }
      } catch (ClosedChannelException e) {
        // Its end is reported elsewhere.
      }
    }

    private void hungUp() {
      if (channel().isInputShutdown()) {
        waitsFor(NioIoOps.READ);
        if (!channel().isOutputShutdown()) {
          PeerReset.report(channel());
        }
      }
      for (int i = 0;
          i < MOST_READS && registration.isValid() && !channel().isInputShutdown();
          i++) {
        super.handle(registration, (NioIoEvent) () -> NioIoOps.READ);
      }
    }

    /** Reads once, in place of Netty, which closes the channel at the FIN. */
    private void readUnix() {
      RecvByteBufAllocator.Handle sizes = ((Channel.Unsafe) delegate).recvBufAllocHandle();
      sizes.reset(channel().config());
      ByteBuf bytes = sizes.allocate(channel().alloc());
      try {
        int most = bytes.writableBytes();
        sizes.attemptedBytesRead(most);
        sizes.lastBytesRead(bytes.writeBytes((ScatteringByteChannel) selectableChannel(), most));
      } catch (IOException e) {
        bytes.release();
        channel().pipeline().fireExceptionCaught(e);
        return;
      }
      received(bytes, sizes);
    }

    private void received(ByteBuf bytes, RecvByteBufAllocator.Handle sizes) {
      if (sizes.lastBytesRead() > 0) {
        sizes.incMessagesRead(1);
        channel().pipeline().fireChannelRead(bytes);
      } else {
        bytes.release();
      }
      sizes.readComplete();
      channel().pipeline().fireChannelReadComplete();
      if (sizes.lastBytesRead() < 0) {
        UnixHalfClose.report(channel());
        // The FIN is readable for ever.
        channel().config().setAutoRead(false);
      }
    }
  }
}
