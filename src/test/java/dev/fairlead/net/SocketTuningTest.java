package dev.fairlead.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

class SocketTuningTest {
  private static final String BYTES = "x".repeat(10_000);

  @TempDir Path directory;

  /** So a reset need not wait: the peer reads all that was written, also after the close. */
  @EveryTransport
  void whatIsWrittenToAUnixSocketHasReachedThePeer(TransportKind kind) throws Exception {
    Transport transport = transport(kind);
    Path path = directory.resolve("peer.sock");
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, transport.implementation().ioHandlerFactory());
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      DomainSocketAddress address = new DomainSocketAddress(path.toString());
      Channel channel = transport.newChannel(address);
      loops.next().register(channel).sync();
      channel.connect(transport.convert(address)).sync();
      try (SocketChannel peer = server.accept()) {
        channel.writeAndFlush(Unpooled.copiedBuffer(BYTES.getBytes(UTF_8))).sync();
        assertThat(SocketTuning.sendQueue(channel)).hasValue(0);
        channel.close().sync();
        assertThat(Channels.newInputStream(peer).readAllBytes()).asString(UTF_8).isEqualTo(BYTES);
      }
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  private static Transport transport(TransportKind kind) {
    try {
      return Transport.of(kind);
    } catch (Transport.UnavailableException e) {
      return Assumptions.abort("skipped: " + e.getMessage());
    }
  }
}
