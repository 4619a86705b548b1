package dev.fairlead.session;

import dev.fairlead.net.Transport;
import dev.fairlead.session.limit.SessionCount;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import java.util.function.LongSupplier;

/**
 * What the sessions of one event loop share, used on that loop alone. Every {@link #sessionOpened}
 * must be followed by one {@link #sessionClosed}, or the member stays full for good.
 */
final class LoopContext {
  /**
   * Reading from one side pauses at the upper mark and resumes at the lower one. Raising them lets
   * a slow reader hold more memory (with one read on top, 192 KiB today), lowering them pauses more
   * often.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private static final int SMALLEST_READ = 64;
  private static final int FIRST_READ = 2048;

  /** Measured: with 64 KiB bulk costs 1.4 times the CPU, with 256 KiB no less. */
  private static final int LARGEST_READ = 128 * 1024;

  private static final RecvByteBufAllocator READ_SIZES =
      new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ);

  private final EventLoop eventLoop;
  private final Transport transport;
  private final SessionListener listener;
  private final String idPrefix;
  private final SessionCount count;
  private final LongSupplier clock;
  private final Deadlines deadlines;
  private long sequence;
  private int live;
  private Runnable onRoom = () -> {};

  /**
   * @param idPrefix starts the ids of the loop's sessions
   * @param count of the sessions of all loops
   * @param clock {@code System::nanoTime}
   */
  LoopContext(
      EventLoop eventLoop,
      Transport transport,
      SessionListener listener,
      String idPrefix,
      SessionCount count,
      LongSupplier clock) {
    this.eventLoop = eventLoop;
    this.transport = transport;
    this.listener = listener;
    this.idPrefix = idPrefix;
    this.count = count;
    this.clock = clock;
    this.deadlines = new Deadlines(clock.getAsLong());
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  Transport transport() {
    return transport;
  }

  SessionListener listener() {
    return listener;
  }

  SessionCount count() {
    return count;
  }

  LongSupplier clock() {
    return clock;
  }

  long now() {
    return clock.getAsLong();
  }

  /** The live sessions, each in the slot of its next deadline. */
  Deadlines deadlines() {
    return deadlines;
  }

  int live() {
    return live;
  }

  /** Has {@code action} called when a full member has room for another session. */
  void onRoom(Runnable action) {
    onRoom = action;
  }

  /** The number of the next session of this loop. */
  long nextSequence() {
    return sequence++;
  }

  /** The id of session number {@code number} of this loop, unique over members and restarts. */
  String id(long number) {
    return idPrefix + Long.toString(number, Character.MAX_RADIX);
  }

  /** Prepares a channel of a session that is not registered yet. */
  void configure(Channel channel, ChannelHandler side) {
    ChannelConfig config = channel.config();
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    config.setWriteBufferWaterMark(WATER_MARK);
    config.setRecvByteBufAllocator(READ_SIZES);
    channel.pipeline().addLast(side);
    transport.readFromStart(channel);
  }

  void sessionOpened() {
    live++;
    count.opened();
  }

  void sessionClosed() {
    live--;
    if (count.closed()) {
      onRoom.run();
    }
  }
}
