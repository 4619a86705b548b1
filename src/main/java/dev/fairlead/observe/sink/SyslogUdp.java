package dev.fairlead.observe.sink;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A datagram for each message (RFC 5426). The socket is connected, so that a machine without a
 * server can say so; a datagram that the network loses is not noticed. The name is resolved again
 * after a failure, and from time to time.
 */
final class SyslogUdp implements SyslogWire {
  /** A longer message is cut: more no datagram of IPv4 takes. */
  private static final int MOST_BYTES = 65_507;

  /** Raising it follows a changed name later, lowering it asks more often. */
  private static final Duration RESOLVE_EVERY = Duration.ofSeconds(60);

  private final String host;
  private final int port;
  private @Nullable DatagramChannel channel;
  private long openedNanos;

  SyslogUdp(String host, int port) {
    this.host = host;
    this.port = port;
  }

  @Override
  public void send(List<byte[]> messages) throws IOException {
    IOException first = null;
    int lost = 0;
    for (int i = 0; i < messages.size(); i++) {
      byte[] message = messages.get(i);
      try {
        open().write(ByteBuffer.wrap(message, 0, Math.min(message.length, MOST_BYTES)));
      } catch (UnknownHostException e) {
        throw new LostLinesException(lost + messages.size() - i, e);
      } catch (IOException e) {
        close();
        lost++;
        first = first == null ? new IOException(host + ": " + e.getMessage(), e) : first;
      }
    }
    if (first != null) {
      throw new LostLinesException(lost, first);
    }
  }

  private DatagramChannel open() throws IOException {
    long now = System.nanoTime();
    if (channel != null && now - openedNanos > RESOLVE_EVERY.toNanos()) {
      close();
    }
    if (channel == null) {
      InetSocketAddress server = new InetSocketAddress(host, port);
      if (server.isUnresolved()) {
        throw new UnknownHostException(host + ": name not resolved");
      }
      DatagramChannel opened = DatagramChannel.open();
      try {
        opened.connect(server);
      } catch (IOException e) {
        opened.close();
        throw e;
      }
      channel = opened;
      openedNanos = now;
    }
    return channel;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
