package dev.fairlead.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.vertx.core.net.TcpConfig;

/**
 * TCP settings of a Vert.x server, with a handler that every accepted channel passes first, on the
 * thread that accepts. Vert.x itself has no such hook before the TLS handshake and the first
 * request. Works with our {@link Transport}, and without effect with others.
 */
public final class FilteredTcp extends TcpConfig {
  private final ChannelHandler filter;

  /**
   * @param filter gets accepted channels as messages, and passes on those to serve; of one server
   */
  public FilteredTcp(TcpConfig settings, ChannelHandler filter) {
    super(settings);
    this.filter = filter;
  }

  /** Vert.x copies settings before it uses them. */
  @Override
  protected TcpConfig copy() {
    return new FilteredTcp(this, filter);
  }

  /** Gives the listening channel of any server {@link AcceptFailures}, and its filter if any. */
  static void install(TcpConfig settings, ServerBootstrap bootstrap) {
    bootstrap.handler(
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new AcceptFailures());
            if (settings instanceof FilteredTcp filtered) {
              channel.pipeline().addLast(filtered.filter);
            }
          }
        });
  }
}
