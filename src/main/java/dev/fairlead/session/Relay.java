package dev.fairlead.session;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import dev.fairlead.net.SocketTuning;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.OptionalLong;

/**
 * One side of a session: what it reads from its channel it writes to the other side's. On the
 * session's event loop.
 *
 * <p>Memory is bounded: reading stops while the other side does not take the bytes, and, before
 * there is another side, when {@link #MAX_HELD} bytes wait for it. Relaying allocates nothing of
 * its own.
 */
final class Relay extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
  /** Most bytes kept for a backend that has not answered yet; one read may exceed it. */
  private static final int MAX_HELD = 64 * 1024;

  private final Session session;
  private ChannelHandlerContext context;

  /** Null until a backend has answered. */
  private Relay other;

  /**
   * What the client said before a backend answered; given to the other side by {@link #join} or
   * released by close.
   */
  private ByteBuf held;

  private boolean hasRead;
  private boolean inputDone;

  /** True once the other side has said all, and it is with the kernel. */
  private boolean flushed;

  private boolean closed;

  Relay(Session session) {
    this.session = session;
  }

  /** True after the peer's FIN. */
  boolean isInputDone() {
    return inputDone;
  }

  /** True once the other side has said all, and it is with the kernel. */
  boolean isFlushed() {
    return flushed;
  }

  /** True when nothing can be said to the peer any more. */
  boolean isGone() {
    return closed || !channel().isActive();
  }

  Channel channel() {
    return context.channel();
  }

  /** From now on bytes go to {@code backend}, those held so far first. */
  void join(Relay backend) {
    other = backend;
    backend.other = this;
    if (held != null) {
      ByteBuf early = held;
      held = null;
      backend.write(early);
      backend.context.flush();
    }
    resume();
  }

  /** Writes and flushes; for what we say ourselves. */
  void say(ByteBuf bytes) {
    write(bytes);
    context.flush();
  }

  /** Bytes that Netty still holds for the peer. */
  long pending() {
    ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /** Bytes and segments that the kernel still holds for the peer; empty = not known. */
  OptionalLong sendQueue() {
    return SocketTuning.sendQueue(channel());
  }

  /** Has the session told once all that was written is with the kernel. */
  void whenFlushed() {
    if (pending() == 0) {
      flushed = true;
      session.flushed(this);
    } else {
      context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this);
    }
  }

  /** The flush that {@link #whenFlushed} asked for. */
  @Override
  public void operationComplete(ChannelFuture flush) {
    // A failed one is followed by exceptionCaught or channelInactive, which say why.
    if (flush.isSuccess()) {
      flushed = true;
      session.flushed(this);
    }
  }

  /**
   * Sends a FIN; to be called when all is flushed, because Netty fails what is still pending. The
   * other side has said all then, so this peer's FIN may close the channel.
   */
  void shutdownOutput() {
    if (!closed) {
      session.loop().transport().shutdownOutput(channel());
      channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    }
  }

  /** Has the kernel notice when the peer vanishes. */
  void keepAlive() {
    SocketTuning.keepAlive(channel());
  }

  /** Has the kernel spare the peer if it is slow, not gone. */
  void tolerateSlow() {
    SocketTuning.tolerateSlow(channel());
  }

  /** Makes the close a reset. */
  void resetOnClose() {
    SocketTuning.resetOnClose(channel());
  }

  /** Closes the channel and drops what was not sent. Idempotent. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (held != null) {
      held.release();
      held = null;
    }
    if (context != null) {
      session.loop().transport().close(channel());
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (closed || session.isDiscarding()) {
      bytes.release();
      return;
    }
    hasRead = true;
    session.read(this, bytes.readableBytes());
    if (other == null) {
      hold(bytes);
    } else {
      pass(bytes);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (hasRead) {
      hasRead = false;
      session.touch();
      if (other != null) {
        other.context.flush();
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
    if (event == ChannelInputShutdownEvent.INSTANCE && !closed) {
      finished();
    }
  }

  /** A close that follows an error was told by {@link #exceptionCaught} before. */
  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!closed) {
      finished();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!closed) {
      session.failed(this, cause);
    }
  }

  private void finished() {
    if (!inputDone) {
      inputDone = true;
      // Spares being told that there is nothing to read.
      channel().config().setAutoRead(false);
      session.finished(this);
    }
  }

  private void pass(ByteBuf bytes) {
    other.write(bytes);
    if (!other.channel().isWritable()) {
      other.context.flush();
      if (!other.channel().isWritable()) {
        pause();
      }
    }
  }

  private void hold(ByteBuf bytes) {
    // Copied, not chained: a client that says one byte at a time would build a chain too long to
    // walk.
    held = held == null ? bytes : MERGE_CUMULATOR.cumulate(context.alloc(), held, bytes);
    if (held.readableBytes() >= MAX_HELD) {
      pause();
    }
  }

  private void write(ByteBuf bytes) {
    context.write(bytes, context.voidPromise());
  }

  private void pause() {
    channel().config().setAutoRead(false);
    session.paused();
  }

  /** Reads on, or reads and drops if the session says so. */
  void resume() {
    if (!closed && !inputDone) {
      channel().config().setAutoRead(true);
    }
  }
}
