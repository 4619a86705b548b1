package dev.fairlead.pool.health;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;

/** Well = a connection is made. */
final class TcpCheck implements Check {
  @Override
  public void install(ChannelPipeline pipeline, Consumer<Outcome> outcome) {
    pipeline.addLast(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelActive(ChannelHandlerContext context) {
            outcome.accept(Outcome.well("connected"));
          }
        });
  }
}
