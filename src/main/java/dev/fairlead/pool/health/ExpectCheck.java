package dev.fairlead.pool.health;

import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.function.Consumer;

/** Well = some bytes are said, and others are among the first that come back. */
final class ExpectCheck implements Check {
  /** Where to stop looking. */
  static final int MOST_BYTES = 64 * 1024;

  /** Empty = the backend speaks first. */
  private final byte[] send;

  private final BytePattern receive;

  ExpectCheck(HealthConfig.Expect expect) {
    EscapedBytes said = expect.send();
    this.send = said == null ? new byte[0] : said.bytes();
    this.receive = new BytePattern(expect.receive().bytes());
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<Outcome> outcome) {
    pipeline.addLast(new Exchange(outcome));
  }

  private final class Exchange extends SimpleChannelInboundHandler<ByteBuf> {
    private final Consumer<Outcome> outcome;
    private int bytesFromBackend;

    /** How much of the pattern the bytes so far end with. */
    private int matched;

    Exchange(Consumer<Outcome> outcome) {
      this.outcome = outcome;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (send.length > 0) {
        context.writeAndFlush(Unpooled.wrappedBuffer(send));
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      while (matched < receive.length() && bytesFromBackend < MOST_BYTES && bytes.isReadable()) {
        matched = receive.next(matched, bytes.readByte());
        bytesFromBackend++;
      }
      if (matched == receive.length()) {
        outcome.accept(Outcome.well("the expected answer"));
      } else if (bytesFromBackend == MOST_BYTES) {
        outcome.accept(Outcome.failed("not the expected answer"));
      }
    }
  }
}
