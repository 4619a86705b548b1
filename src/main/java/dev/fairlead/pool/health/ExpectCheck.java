package dev.fairlead.pool.health;

import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.Objects;
import java.util.function.Consumer;

/** Passes if, after some bytes are sent, others are among the first 64 KiB of the answer. */
final class ExpectCheck implements Check {
  /** Of the answer that are searched. */
  static final int MOST_BYTES = 64 * 1024;

  /** Empty if the backend speaks first. */
  private final byte[] send;

  private final BytePattern receive;

  ExpectCheck(HealthConfig.Expect expect) {
    EscapedBytes bytes = expect.send();
    this.send = bytes == null ? new byte[0] : bytes.bytes();
    this.receive = new BytePattern(Objects.requireNonNull(expect.receive()).bytes());
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    pipeline.addLast(
        new SimpleChannelInboundHandler<ByteBuf>() {
          private int bytesFromBackend;

          /** The state of {@link #receive}. */
          private int matched;

          @Override
          public void channelActive(ChannelHandlerContext context) {
            if (send.length > 0) {
              context.writeAndFlush(Unpooled.wrappedBuffer(send));
            }
          }

          @Override
          protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            while (matched < receive.length()
                && bytesFromBackend < MOST_BYTES
                && bytes.isReadable()) {
              matched = receive.next(matched, bytes.readByte());
              bytesFromBackend++;
            }
            if (matched == receive.length()) {
              onResult.accept(CheckResult.passed("the expected answer"));
            } else if (bytesFromBackend == MOST_BYTES) {
              onResult.accept(CheckResult.failed("not the expected answer"));
            }
          }
        });
  }
}
