package dev.fairlead.observe.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A datagram for each message to the socket of this machine's syslog, by the native library of
 * Netty's epoll. The socket is found by its path each time, so a restarted server gets the next
 * message.
 */
final class SyslogUnix implements SyslogWire {
  /** Longer ones are cut: the default send buffer of Linux takes about 200 KiB. */
  private static final int MOST_BYTES = 64 * 1024;

  /** How long a server may be behind before a message is lost. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofMillis(5);

  private final String path;
  private final byte[] address;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(MOST_BYTES);
  private @Nullable Socket socket;

  SyslogUnix(String path) {
    this.path = path;
    this.address = path.getBytes(UTF_8);
  }

  @Override
  public void send(List<byte[]> messages) throws IOException {
    if (socket == null) {
      socket = Socket.newSocketDomainDgram();
    }
    long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
    IOException first = null;
    int lost = 0;
    for (byte[] message : messages) {
      try {
        send(socket, message, giveUpNanos);
      } catch (IOException e) {
        lost++;
        first = first == null ? new IOException(path + ": " + e.getMessage(), e) : first;
      }
    }
    if (first != null) {
      throw new LostLinesException(lost, first);
    }
  }

  private void send(Socket open, byte[] message, long giveUpNanos) throws IOException {
    int length = Math.min(message.length, MOST_BYTES);
    bytes.clear().put(message, 0, length);
    while (open.sendToDomainSocket(bytes, 0, length, address) <= 0) {
      if (System.nanoTime() - giveUpNanos >= 0 || Thread.interrupted()) {
        throw new IOException("it takes nothing");
      }
      LockSupport.parkNanos(this, PAUSE.toNanos());
    }
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
