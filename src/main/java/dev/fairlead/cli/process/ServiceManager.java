package dev.fairlead.cli.process;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies the service manager that started this process of its state: systemd with {@code
 * Type=notify}, or another one that sets {@code NOTIFY_SOCKET}. Does nothing without that variable.
 * Any thread; never blocks and never fails: an error is logged.
 *
 * @see <a href="https://www.freedesktop.org/software/systemd/man/sd_notify.html">sd_notify(3)</a>
 */
public final class ServiceManager {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);
  public static final String VARIABLE = "NOTIFY_SOCKET";

  /**
   * Time to leave the cluster and close after the last session. Lowering it risks that systemd
   * kills a slow member; raising it delays the kill of one that hangs.
   */
  private static final Duration LEAVING = Duration.ofSeconds(20);

  private final @Nullable String socket;

  /** {@code socket}: a path, or {@code @} and an abstract name; null or empty = none. */
  public ServiceManager(@Nullable String socket) {
    this.socket = socket == null || socket.isEmpty() ? null : socket;
  }

  public void ready() {
    send("READY=1");
  }

  /**
   * A drain has begun, and after {@code limit} no session is left. Extends the stop timeout, so
   * that a grace longer than {@code TimeoutStopSec} is not cut off.
   */
  public void stopping(Duration limit) {
    long micros = TimeUnit.MILLISECONDS.toMicros(limit.plus(LEAVING).toMillis());
    send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + micros);
  }

  private void send(String state) {
    if (socket == null) {
      return;
    }
    try {
      // A leading @ stands for the zero byte of an abstract socket's name.
      byte[] address = socket.replaceFirst("^@", "\0").getBytes(StandardCharsets.UTF_8);
      send(address, state.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}={} could not be sent {}: {}", VARIABLE, socket, state, e.toString());
    }
  }

  /** The JDK has no Unix datagram sockets; Netty's native epoll library has. */
  private static void send(byte[] address, byte[] state) throws IOException {
    if (!Epoll.isAvailable()) {
      throw new IOException(
          "Netty's native epoll library is not available", Epoll.unavailabilityCause());
    }
    ByteBuffer message = ByteBuffer.allocateDirect(state.length).put(0, state);
    Socket datagrams = Socket.newSocketDomainDgram();
    try {
      datagrams.sendToDomainSocket(message, 0, state.length, address);
    } finally {
      datagrams.close();
    }
  }
}
