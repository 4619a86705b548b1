package dev.fairlead.net.tls;

import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.testkit.TestRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A server that ends TLS with {@link ServerContexts} and answers each complete handshake with one
 * byte, which also brings the tickets of TLS 1.3; and clients that wait for that byte.
 */
final class TlsPeers implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<SslContext> contexts = new ArrayList<>();

  /** What the server says of each handshake, in order. */
  private final BlockingQueue<Outcome> accepted = new LinkedBlockingQueue<>();

  /**
   * One handshake as the server and the client have seen it.
   *
   * @param details of the server; null = it failed
   * @param shown what the server has shown; null = unknown
   */
  record Outcome(TlsDetails details, Throwable failure, X509Certificate shown, String alpn) {
    boolean isOk() {
      return failure == null;
    }
  }

  /** Serves on a free port; returns it. */
  int serve(ServerContexts contexts) throws InterruptedException {
    Channel listening =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    channel.pipeline().addLast(new Sni(contexts), new Answering());
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** The next handshake of the server. */
  Outcome nextAccepted() throws InterruptedException {
    Outcome next = accepted.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no handshake came");
    }
    return next;
  }

  /** Connects with BackendContexts; the outcome is the client's, with the server's details. */
  Outcome connect(BackendContexts contexts, String host, int port) throws Exception {
    return connect(port, allocator -> contexts.newHandler(allocator, host, port));
  }

  /** A client of one version that trusts everybody. */
  Function<ByteBufAllocator, SslHandler> only(TlsProvider provider, TlsVersion version)
      throws Exception {
    SslContext context =
        SslContextBuilder.forClient()
            .sslProvider(provider.netty())
            .protocols(version.label())
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .build();
    contexts.add(context);
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setTicketKeys(); // as other clients do it in TLS 1.2
    }
    return allocator -> context.newHandler(allocator, "localhost", 443);
  }

  /** Connects with any handler and waits for the answer. */
  Outcome connect(int port, Function<ByteBufAllocator, SslHandler> client) throws Exception {
    return connect(port, client, false);
  }

  /** Connects to a server of another kind; the details are the client's. */
  Outcome handshake(int port, Function<ByteBufAllocator, SslHandler> client) throws Exception {
    return connect(port, client, true);
  }

  private Outcome connect(
      int port, Function<ByteBufAllocator, SslHandler> client, boolean handshakeOnly)
      throws Exception {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    Channel channel =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel opened) {
                    channels.add(opened);
                    SslHandler handler = client.apply(opened.alloc());
                    opened.pipeline().addLast(handler, new Waiting(handler, done, handshakeOnly));
                  }
                })
            .connect("127.0.0.1", port)
            .sync()
            .channel();
    Outcome outcome = done.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    channel.close().sync();
    return outcome;
  }

  @Override
  public void close() {
    channels.close().syncUninterruptibly();
    // Handlers release their engines in tasks after the end of a channel.
    loops.submit(() -> {}).syncUninterruptibly();
    NativeMemory.release(contexts);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Waits for the name that the client gives. */
  private static final class Sni extends AbstractSniHandler<Void> {
    private final ServerContexts contexts;

    Sni(ServerContexts contexts) {
      this.contexts = contexts;
    }

    @Override
    protected Future<Void> lookup(ChannelHandlerContext context, String host) {
      return context.executor().newSucceededFuture(null);
    }

    @Override
    protected void onLookupComplete(
        ChannelHandlerContext context, String host, Future<Void> future) {
      context.pipeline().replace(this, "tls", contexts.newHandler(context.alloc(), host));
    }
  }

  private final class Answering extends ChannelInboundHandlerAdapter {
    private final long started = System.currentTimeMillis();

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done) {
        SslHandler handler = context.pipeline().get(SslHandler.class);
        TlsDetails details = done.isSuccess() ? TlsDetails.of(handler, started) : null;
        accepted.add(new Outcome(details, done.cause(), null, null));
        if (done.isSuccess()) {
          context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'!'}));
        }
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  /** Done when the answer has come, or the connection has ended without. */
  private static final class Waiting extends ChannelInboundHandlerAdapter {
    private final SslHandler handler;
    private final CompletableFuture<Outcome> done;
    private final boolean handshakeOnly;
    private final long started = System.currentTimeMillis();

    Waiting(SslHandler handler, CompletableFuture<Outcome> done, boolean handshakeOnly) {
      this.handler = handler;
      this.done = done;
      this.handshakeOnly = handshakeOnly;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (handshakeOnly && event instanceof SslHandshakeCompletionEvent end && end.isSuccess()) {
        // OpenSSL sends its ticket of TLS 1.3 after the handshake: the answer comes behind it.
        context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'?', '\n'}));
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) throws Exception {
      boolean some = ((ByteBuf) read).isReadable();
      ReferenceCountUtil.release(read);
      if (some) {
        X509Certificate shown =
            (X509Certificate) handler.engine().getSession().getPeerCertificates()[0];
        TlsDetails details = handshakeOnly ? TlsDetails.of(handler, started) : null;
        done.complete(new Outcome(details, null, shown, handler.applicationProtocol()));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      done.complete(new Outcome(null, cause, null, null));
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      done.complete(new Outcome(null, new IllegalStateException("closed"), null, null));
    }
  }
}
