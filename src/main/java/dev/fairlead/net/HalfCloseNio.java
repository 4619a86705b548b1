package dev.fairlead.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
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
import org.jspecify.annotations.Nullable;

/**
 * Netty's NIO handler, with these corrections of Netty 4.2.18:
 *
 * <ul>
 *   <li>A reset is reported while a channel does not read, because its peer has sent a FIN or
 *       because of back-pressure. The JDK takes a channel that waits for nothing out of the
 *       selector's set, and what it could wait for is always there. So channels that do not read
 *       are checked every {@link #CHECK_MILLIS}, by a selector of their own: waiting to connect,
 *       they are selected for an error only.
 *   <li>The FIN of a Unix peer ends one direction only, see {@link #allowHalfClosure}.
 *   <li>A listener that accepts one client at a time does so several times in a round that follows
 *       a long one.
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

  private final Set<NioReadingHandle> notReading = new LinkedHashSet<>();

  /** Selects those of {@link #notReading} that have an error. */
  private final Selector errors;

  private boolean checkScheduled;

  /** Events of the last round. */
  private int lastSize;

  HalfCloseNio(IoHandler nio, EventExecutor loop) {
    super(nio);
    this.loop = loop;
    try {
      this.errors = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("opening a selector", e);
    }
  }

  @Override
  public int run(IoHandlerContext context) {
    lastSize = super.run(context);
    return lastSize;
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
      return super.register(new NioAcceptingHandle((NioIoHandle) handle));
    }
    NioReadingHandle reading = new NioReadingHandle((NioIoHandle) handle);
    return new Registration(super.register(reading)) {
      @Override
      public long submit(IoOps ops) {
        long result = super.submit(ops);
        reading.waitsFor(this, (NioIoOps) ops);
        return result;
      }
    };
  }

  private void scheduleCheck() {
    if (!checkScheduled) {
      checkScheduled = true;
      loop.schedule(this::check, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void check() {
    checkScheduled = false;
    try {
      for (NioReadingHandle each : notReading) {
        each.waitForError();
      }
      select();
    } finally {
      // Channels that wait already ask for no further check.
      if (!notReading.isEmpty()) {
        scheduleCheck();
      }
    }
  }

  private void select() {
    try {
      errors.selectNow(key -> ((NioReadingHandle) key.attachment()).hungUp());
    } catch (IOException e) {
      throw new UncheckedIOException("selecting channels with errors", e);
    }
  }

  @SuppressWarnings("try") // as of its base
  private final class NioAcceptingHandle extends Handle implements NioIoHandle {
    private final NioIoHandle delegate;

    NioAcceptingHandle(NioIoHandle delegate) {
      super(delegate);
      this.delegate = delegate;
    }

    @Override
    public SelectableChannel selectableChannel() {
      return delegate.selectableChannel();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      int most = clientsAfter(lastSize);
      super.handle(registration, event);
      for (int i = 1; i < most && isReading(); i++) {
        super.handle(registration, event);
      }
    }
  }

  @SuppressWarnings("try") // as of its base
  private final class NioReadingHandle extends Handle implements NioIoHandle {
    private final NioIoHandle delegate;

    /** Once the channel was in {@link #notReading}. */
    private @Nullable IoRegistration registration;

    /** Of {@link #errors}, once the channel was checked. */
    private @Nullable SelectionKey errorKey;

    NioReadingHandle(NioIoHandle delegate) {
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
      if (ready.contains(NioIoOps.READ) && isHalfClosureAllowed()) {
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
    void waitsFor(IoRegistration from, NioIoOps ops) {
      if (ops.contains(NioIoOps.READ)) {
        ignoreErrors();
      } else if (channel() instanceof NioSocketChannel
          && channel().isActive()
          && notReading.add(this)) {
        registration = from;
        scheduleCheck();
      }
    }

    private void ignoreErrors() {
      notReading.remove(this);
      if (errorKey != null && errorKey.isValid()) {
        errorKey.interestOps(0);
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
        ignoreErrors();
        if (!channel().isOutputShutdown()) {
          PeerReset.report(channel());
        }
      } else if (registration != null) {
        readAll(registration);
      }
    }

    private void readAll(IoRegistration from) {
      for (int i = 0; i < MOST_READS && from.isValid() && !channel().isInputShutdown(); i++) {
        super.handle(from, (NioIoEvent) () -> NioIoOps.READ);
      }
    }

    /** Reads once, in place of Netty, which closes the channel at the FIN. */
    @SuppressWarnings("deprecation") // Netty's own channels still use these handles.
    private void readUnix() {
      var sizes = ((Channel.Unsafe) delegate).recvBufAllocHandle();
      sizes.reset(channel().config());
      ByteBuf bytes = sizes.allocate(channel().alloc());
      int most = bytes.writableBytes();
      sizes.attemptedBytesRead(most);
      try {
        sizes.lastBytesRead(bytes.writeBytes((ScatteringByteChannel) selectableChannel(), most));
      } catch (IOException e) {
        bytes.release();
        channel().pipeline().fireExceptionCaught(e);
        return;
      }
      sizes.readComplete();
      received(bytes, sizes.lastBytesRead());
    }

    private void received(ByteBuf bytes, int length) {
      if (length > 0) {
        channel().pipeline().fireChannelRead(bytes);
      } else {
        bytes.release();
      }
      channel().pipeline().fireChannelReadComplete();
      if (length < 0) {
        reportFin();
        // The FIN is readable for ever.
        channel().config().setAutoRead(false);
      }
    }
  }
}
