package dev.fairlead.pool.health;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.function.Consumer;

/**
 * Passes with the line that the agent of a backend says, as the reason: up to a line break, the end
 * of the connection, or {@value #LONGEST_LINE_BYTES} bytes. Nothing is sent.
 */
final class AgentCheck implements Check {
  static final int LONGEST_LINE_BYTES = 4096;

  @Override
  public void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    pipeline.addLast(
        new SimpleChannelInboundHandler<ByteBuf>() {
          private final StringBuilder line = new StringBuilder();

          @Override
          protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            while (bytes.isReadable() && line.length() < LONGEST_LINE_BYTES) {
              char next = (char) bytes.readUnsignedByte();
              if (next == '\r' || next == '\n') {
                onResult.accept(CheckResult.passed(line.toString()));
                return;
              }
              line.append(next);
            }
            if (line.length() == LONGEST_LINE_BYTES) {
              onResult.accept(CheckResult.passed(line.toString()));
            }
          }

          @Override
          public void channelInactive(ChannelHandlerContext context) {
            if (line.length() > 0) {
              onResult.accept(CheckResult.passed(line.toString()));
            }
            context.fireChannelInactive();
          }
        });
  }
}
