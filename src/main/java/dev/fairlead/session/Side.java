package dev.fairlead.session;

import dev.fairlead.net.PeerReset;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.net.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One side of a session: writes what it reads from its channel to the other side's channel. On the
 * session's event loop.
 *
 * <p>Memory is bounded by back-pressure: reading pauses while the other side does not take the
 * bytes, and, before there is another side, when {@link EarlyBytes} are full. Relaying allocates
 * nothing of its own.
 *
 * <pre>
 * of the input    inputDone    the peer has sent its FIN, nothing more is read
 * of the output   flushed      all is with the kernel and no more will come: a FIN can follow
 *                 unwritable   a write has failed: reads on for a second, then failed
 * of the channel  failing      will fail in the next round of the loop, nothing else is reported
 *                 closed       the last one; nothing is reported or written any more
 * </pre>
 *
 * Input and output end in any order; each flag is set once and stays. A side that is inputDone and
 * flushed on both ends of a session is closed by its session.
 */
final class Side extends EarlyBytes implements ChannelFutureListener {
  /** To read after a failed write. Raising it delivers more, lowering it ends sooner. */
  private static final long READ_MILLIS = 1000;

  private final SideEvents events;
  private @Nullable ChannelHandlerContext context; // from the registration of the channel on
  private @Nullable Side other; // from the answer of a backend on

  private @Nullable TlsLayer tls;
  private boolean hasRead;
  private boolean inputDone;
  private boolean flushed;
  private boolean unwritable;
  private boolean failing;
  private boolean closed;

  Side(SideEvents events) {
    this.events = events;
  }

  boolean isInputDone() {
    return inputDone;
  }

  /** True after the FIN of either peer. */
  boolean isHalfClosed() {
    return inputDone || (other != null && other.inputDone);
  }

  /** Nothing comes from this peer any more, and nothing is to be sent to it. */
  boolean isOver() {
    return inputDone && flushed;
  }

  boolean isOutputDone() {
    return tls != null && tls.isOutputDone();
  }

  /** The close will be a reset, which no close_notify before it may hide. */
  void resetOnClose() {
    if (tls != null) {
      tls.abandon();
    }
    SocketTuning.resetOnClose(channel());
  }

  Channel channel() {
    return context().channel();
  }

  @Override
  void dropEarly(int bytes) {
    super.dropEarly(bytes);
    resume();
  }

  /** From now on the channel speaks TLS; what was kept of it is the beginning of that. */
  void secure(SslHandler handler) {
    tls = TlsLayer.below(context(), handler);
    ByteBuf sealed = takeEarly();
    if (sealed != null) {
      channel().pipeline().fireChannelRead(sealed);
      channel().pipeline().fireChannelReadComplete();
    }
  }

  /** Bytes go to {@code backend} from now on, those kept so far first. */
  void join(Side backend) {
    other = backend;
    backend.other = this;
    if (tls == null && backend.tls == null) {
      events.transport().allowSplice(channel(), backend.channel());
    }
    ByteBuf first = takeEarly();
    if (first != null) {
      backend.writeAndFlush(first);
    }
    resume();
  }

  void writeAndFlush(ByteBuf bytes) {
    write(bytes);
    context().flush();
  }

  long pending() {
    ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
  }

  /** Reports to {@link SideEvents#flushed} once all that was written is with the kernel. */
  void whenFlushed() {
    if (tls != null) {
      // What waits to be encrypted is not among the pending bytes.
      context().flush();
    }
    if (pending() == 0) {
      flushed = true;
      events.flushed(this);
    } else {
      context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this);
    }
  }

  @Override
  public void operationComplete(ChannelFuture flush) {
    // A failed one is followed by exceptionCaught or channelInactive, which report the cause.
    if (flush.isSuccess()) {
      flushed = true;
      events.flushed(this);
    }
  }

  /**
   * Sends a FIN; to be called when all is flushed, because Netty fails what is still pending.
   * Nothing follows from the other side then, so this peer's FIN may close the channel.
   */
  void shutdownOutput() {
    if (closed) {
      return;
    }
    if (tls == null) {
      events.transport().shutdownOutput(channel());
    } else {
      tls.finish(() -> events.transport().shutdownOutput(channel()));
    }
    events.transport().allowHalfClosure(channel(), false);
  }

  /** Closes the channel and drops what was not sent. Idempotent. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    releaseEarly();
    if (tls != null) {
      tls.close();
    } else if (context != null) {
      Transport.discard(channel());
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closed || events.isDiscarding()) {
      ReferenceCountUtil.release(message);
      return;
    }
    hasRead = true;
    events.read(this, Transport.sizeOf(message));
    if (other == null) {
      keep((ByteBuf) message);
    } else {
      pass(message, other);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (hasRead) {
      hasRead = false;
      events.touch();
      if (other != null) {
        other.context().flush();
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (other != null && !closed && ctx.channel().isWritable()) {
      other.resume();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (closed) {
      return;
    }
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded();
    } else if (event instanceof SslHandshakeCompletionEvent handshake) {
      events.secured(this, handshake.isSuccess() ? null : handshake.cause());
    } else if (event instanceof SslCloseCompletionEvent notified && notified.isSuccess()) {
      finished();
    }
  }

  /** The second FIN of two; where the first is still to be sent, the connection is lost. */
  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (flushed && !closed) {
      inputEnded();
    } else if (!failing && !closed) {
      failed(new ClosedChannelException());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
    if (closed || failing) {
      return;
    }
    Throwable cause = tls == null ? thrown : TlsLayer.cause(thrown);
    if (cause instanceof ChannelOutputShutdownException && !inputDone) {
      writeFailed(cause);
    } else if (early() != null) {
      // A backend that answers in this round of the loop gets what was sent before the reset.
      failing = true;
      ctx.executor().execute(() -> failed(cause));
    } else {
      failed(cause);
    }
  }

  /** The peer is gone; what it sent before is delivered first, if it can be read in time. */
  private void writeFailed(Throwable cause) {
    if (!unwritable) {
      unwritable = true;
      PeerReset.expect(channel());
      channel().eventLoop().schedule(() -> failed(cause), READ_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void failed(Throwable cause) {
    if (!closed) {
      events.failed(this, cause);
    }
  }

  /** The peer's FIN; under TLS it says nothing, unless close_notify came before. */
  private void inputEnded() {
    if (tls == null || inputDone) {
      finished();
    } else if (!failing) {
      failed(TlsLayer.truncated());
    }
  }

  private void finished() {
    if (!inputDone && !failing) {
      inputDone = true;
      // Spares events without anything to read.
      channel().config().setAutoRead(false);
      events.finished(this);
    }
  }

  private void pass(Object bytes, Side to) {
    to.write(bytes);
    // What waits to be encrypted does not make the channel unwritable.
    if (to.tls != null || !to.channel().isWritable()) {
      to.context().flush();
    }
    if (!to.channel().isWritable()) {
      pause();
    }
  }

  private void keep(ByteBuf bytes) {
    addEarly(context().alloc(), bytes);
    if (isEarlyFull()) {
      pause();
    }
    events.kept();
  }

  private void write(Object bytes) {
    if (isOutputDone()) {
      ReferenceCountUtil.release(bytes);
    } else {
      context().write(bytes, context().voidPromise());
    }
  }

  private void pause() {
    channel().config().setAutoRead(false);
    events.paused();
  }

  void resume() {
    if (!closed && !inputDone) {
      channel().config().setAutoRead(true);
    }
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }
}
