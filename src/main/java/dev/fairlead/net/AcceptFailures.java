package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of a listening channel of Vert.x: while the process has no descriptor left, it
 * accepts nobody for a second at a time. Netty would do the same, and log each attempt with a stack
 * trace. On the event loop of the channel.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
  /** Raising it accepts later when there is room, lowering it tries more often in vain. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  private @Nullable AcceptPauses pauses;
  private boolean isPaused;

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    Channel channel = ctx.channel();
    AcceptPauses told = pauses;
    boolean scheduled = told != null && told.isShort();
    if (told == null) {
      told = new AcceptPauses("the server at " + shown(channel), System::nanoTime);
      pauses = told;
    }
    told.paused(String.valueOf(cause.getMessage()));
    isPaused = true;
    channel.config().setAutoRead(false);
    if (!scheduled) {
      scheduleTick(channel, told);
    }
  }

  /** Until the end of the shortage is told. */
  private void scheduleTick(Channel channel, AcceptPauses told) {
    channel
        .eventLoop()
        .schedule(() -> tick(channel, told), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void tick(Channel channel, AcceptPauses told) {
    if (!channel.isOpen()) {
      return;
    }
    if (isPaused) {
      isPaused = false;
      channel.config().setAutoRead(true);
    }
    told.tick(isPaused);
    if (told.isShort()) {
      scheduleTick(channel, told);
    }
  }

  private static String shown(Channel channel) {
    return channel.localAddress() instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
        : String.valueOf(channel.localAddress());
  }
}
