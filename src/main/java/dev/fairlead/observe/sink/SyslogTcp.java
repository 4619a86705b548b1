package dev.fairlead.observe.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One connection, each message with the number of its octets before it (RFC 6587, 3.4.1). While the
 * server is away, connecting is tried at growing intervals. What the kernel has taken when a
 * connection breaks may be lost: syslog confirms nothing. A server that has closed is noticed
 * before the next message, because it never sends anything else.
 */
final class SyslogTcp implements SyslogWire {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** The first interval between two tries; each is twice the one before. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** Raising it spares a network that is down, lowering it finds the server sooner. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final String host;
  private final int port;
  private final Duration patience;
  private @Nullable Socket socket;
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
      connected(giveUpNanos).getOutputStream().write(bytes);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      // The server has ended this connection a moment ago: a new one is worth one try.
      if (socket == null) {
        throw e;
      }
      close();
      write(connected(giveUpNanos), bytes);
    }
  }

  private void write(Socket open, byte[] bytes) throws IOException {
    try {
      open.getOutputStream().write(bytes);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Socket connected(long giveUpNanos) throws IOException {
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
        if (System.nanoTime() - giveUpNanos >= 0) {
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

  private Socket connect() throws IOException {
    InetSocketAddress server = new InetSocketAddress(host, port);
    if (server.isUnresolved()) {
      throw new UnknownHostException(host + ": name not resolved");
    }
    Socket fresh = new Socket();
    try {
      fresh.connect(server, (int) CONNECT_TIMEOUT.toMillis());
      fresh.setKeepAlive(true);
      fresh.setSoTimeout(1);
      return fresh;
    } catch (IOException e) {
      fresh.close();
      throw new IOException(host + ":" + port + ": " + e.getMessage(), e);
    }
  }

  private static boolean hasEnded(Socket open) {
    try {
      InputStream in = open.getInputStream();
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      Socket open = socket;
      socket = null;
      open.close();
    }
  }
}
