package dev.fairlead.observe.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One connection, each message with the number of its octets before it (RFC 6587, 3.4.1). While the
 * server is away, connecting is tried at growing intervals. What the kernel has taken when a
 * connection breaks may be lost: syslog confirms nothing. A server that has closed is noticed
 * before the next message, because it never sends anything else. One that has stopped to read for
 * as long as its messages may wait is away too.
 */
final class SyslogTcp implements SyslogWire {
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

  /**
   * A server that is there may take this long for a connection or a message, also when nothing
   * waits for one that is away. Raising it takes a slow server for one that is there, lowering it
   * delays less what logs.
   */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** The first interval between two tries; each is twice the one before. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** Raising it spares a network that is down, lowering it finds the server sooner. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final String host;
  private final int port;
  private final Duration patience;
  private @Nullable SocketChannel socket;
  private long pauseNanos = FIRST_PAUSE.toNanos();
  private long nextTryNanos = System.nanoTime();

  SyslogTcp(String host, int port, Duration patience) {
    this.host = host;
    this.port = port;
    this.patience = patience;
  }

  @Override
  public void send(List<byte[]> messages) throws IOException {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      frames.writeBytes((message.length + " ").getBytes(US_ASCII));
      frames.writeBytes(message);
    }
    long giveUpNanos = System.nanoTime() + patience.toNanos();
    byte[] bytes = frames.toByteArray();
    try {
      write(connected(giveUpNanos), bytes, giveUpNanos);
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      // The server has ended this connection a moment ago: a new one is worth one try.
      if (socket == null) {
        throw e;
      }
      close();
      write(connected(giveUpNanos), bytes, giveUpNanos);
    }
  }

  /** Leaves the connection of a write that ends too late: a part of a message may be sent. */
  private void write(SocketChannel open, byte[] bytes, long giveUpNanos) throws IOException {
    long begun = System.nanoTime();
    long nanos = Math.max(giveUpNanos - begun, SHORTEST.toNanos());
    ByteBuffer left = ByteBuffer.wrap(bytes);
    open.write(left);
    if (!left.hasRemaining()) {
      return;
    }
    try (Selector selector = Selector.open()) {
      open.register(selector, SelectionKey.OP_WRITE);
      while (left.hasRemaining()) {
        long more = nanos - (System.nanoTime() - begun);
        if (Thread.interrupted() || more <= 0) {
          throw stalled(Duration.ofNanos(nanos - Math.max(more, 0)));
        }
        selector.select(more / 1_000_000 + 1);
        open.write(left);
      }
    }
  }

  private SocketTimeoutException stalled(Duration during) throws IOException {
    close();
    nextTryNanos = System.nanoTime() + LONGEST_PAUSE.toNanos();
    return new SocketTimeoutException(
        host + ":" + port + " has taken nothing for " + during.toMillis() + " ms");
  }

  private SocketChannel connected(long giveUpNanos) throws IOException {
    if (socket != null && hasEnded(socket)) {
      close();
    }
    while (socket == null) {
      awaitNextTry(giveUpNanos);
      try {
        socket = connect();
        pauseNanos = FIRST_PAUSE.toNanos();
      } catch (IOException e) {
        nextTryNanos = System.nanoTime() + pauseNanos;
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE.toNanos());
        if (e.getCause() instanceof ClosedByInterruptException
            || System.nanoTime() - giveUpNanos >= 0) {
          throw e;
        }
      }
    }
    return socket;
  }

  private void awaitNextTry(long giveUpNanos) throws IOException {
    long left = nextTryNanos - System.nanoTime();
    while (left > 0) {
      if (System.nanoTime() - giveUpNanos >= 0) {
        throw new IOException(host + ":" + port + " is away");
      }
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted()) {
        throw new InterruptedIOException(host + ":" + port + " is away");
      }
      left = nextTryNanos - System.nanoTime();
    }
  }

  private SocketChannel connect() throws IOException {
    InetSocketAddress server = new InetSocketAddress(host, port);
    if (server.isUnresolved()) {
      throw new UnknownHostException(host + ": name not resolved");
    }
    long millis = Math.min(patience.toMillis(), LONGEST_CONNECT.toMillis());
    SocketChannel fresh = SocketChannel.open();
    try {
      fresh.socket().connect(server, (int) Math.max(millis, SHORTEST.toMillis()));
      fresh.socket().setKeepAlive(true);
      fresh.configureBlocking(false);
      return fresh;
    } catch (IOException e) {
      fresh.close();
      throw new IOException(host + ":" + port + ": " + e.getMessage(), e);
    }
  }

  private static boolean hasEnded(SocketChannel open) {
    try {
      return open.read(ByteBuffer.allocate(64)) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      SocketChannel open = socket;
      socket = null;
      open.close();
    }
  }
}
