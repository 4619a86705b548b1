package dev.fairlead.session;

import dev.fairlead.net.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.util.function.LongSupplier;

/**
 * What the sessions of one event loop share, used on that loop alone.
 *
 * @param deadlines the live sessions, each in the slot of its next deadline
 * @param idPrefix starts the ids of the loop's sessions
 * @param onClosed to be called once for each session when it is over
 */
record LoopContext(
    EventLoop eventLoop,
    Transport transport,
    SessionListener listener,
    LongSupplier clock,
    Deadlines deadlines,
    String idPrefix,
    Runnable onClosed) {
  /**
   * Reading from one side pauses and resumes at them. Raising them lets a slow reader hold more
   * memory (with one read on top, 192 KiB today), lowering them pauses more often.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  long now() {
    return clock.getAsLong();
  }

  /** Prepares a channel of a session that is not registered yet. */
  void configure(Channel channel, ChannelHandler side) {
    ChannelConfig config = channel.config();
    transport.allowHalfClosure(channel, true);
    // A failed write leaves the channel open, so that what the peer sent before can be read.
    config.setAutoClose(false);
    config.setWriteBufferWaterMark(WATER_MARK);
    Transport.tuneReads(channel);
    channel.pipeline().addLast((String) null, side); // without a name Netty makes an array of one
  }
}
