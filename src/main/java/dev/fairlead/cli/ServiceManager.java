package dev.fairlead.cli;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that started this process how far it is: systemd with {@code
 * Type=notify}, or whoever else sets {@code NOTIFY_SOCKET}. Says nothing where nobody asked. Any
 * thread; never blocks and never fails: what can't be told is logged.
 *
 * @see <a href="https://www.freedesktop.org/software/systemd/man/sd_notify.html">sd_notify(3)</a>
 */
final class ServiceManager {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);
  private static final String VARIABLE = "NOTIFY_SOCKET";

  /** What leaving the cluster and closing may take when all sessions have ended. */
  private static final Duration LEAVING = Duration.ofSeconds(20);

  /** Null = nobody wants to hear. */
  private final String socket;

  /**
   * @param socket a path, or a name that begins with {@code @}; null or empty = nobody asked
   */
  ServiceManager(String socket) {
    this.socket = socket == null || socket.isEmpty() ? null : socket;
  }

  /** The one that started this process. */
  static ServiceManager ofThisProcess() {
    return new ServiceManager(System.getenv(VARIABLE));
  }

  /** Clients are taken. */
  void ready() {
    tell("READY=1");
  }

  /**
   * A drain has begun, whoever asked for it. The time it may take is told as well, so that a grace
   * longer than {@code TimeoutStopSec} is not cut off.
   *
   * @param limit when the last session is ended
   */
  void stopping(Duration limit) {
    long micros = TimeUnit.MILLISECONDS.toMicros(limit.plus(LEAVING).toMillis());
    tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + micros);
  }

  private void tell(String state) {
    if (socket == null) {
      return;
    }
    try {
      send(state.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}={} could not be told {}: {}", VARIABLE, socket, state, e.toString());
    }
  }

  /** The JDK has no datagrams over Unix sockets; Netty's library for epoll has. */
  private void send(byte[] state) throws IOException {
    if (!Epoll.isAvailable()) {
      throw new IOException("no native library of Netty", Epoll.unavailabilityCause());
    }
    ByteBuffer message = ByteBuffer.allocateDirect(state.length).put(0, state);
    Socket datagrams = Socket.newSocketDomainDgram();
    try {
      datagrams.sendToDomainSocket(message, 0, state.length, address());
    } finally {
      datagrams.close();
    }
  }

  /** An {@code @} stands for the zero byte that begins the name of an abstract socket. */
  private byte[] address() {
    byte[] address = socket.getBytes(StandardCharsets.UTF_8);
    if (address[0] == '@') {
      address[0] = 0;
    }
    return address;
  }
}
