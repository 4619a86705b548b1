package dev.fairlead.testkit;

import static org.awaitility.Awaitility.await;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The service manager's end of {@code NOTIFY_SOCKET}: a Unix socket that takes datagrams. */
public final class NotifySocket implements AutoCloseable {
  private final Socket socket;
  private final String name;
  private final ByteBuffer message = ByteBuffer.allocateDirect(4096);

  private NotifySocket(String path, String name) throws IOException {
    Epoll.ensureAvailability();
    this.socket = Socket.newSocketDomainDgram();
    this.name = name;
    socket.bind(new DomainSocketAddress(path));
  }

  /** A socket in the file system. */
  public static NotifySocket at(Path path) throws IOException {
    return new NotifySocket(path.toString(), path.toString());
  }

  /** A socket with a name and no file. */
  public static NotifySocket inTheAbstract(String name) throws IOException {
    return new NotifySocket("\0" + name, "@" + name);
  }

  /** What {@code NOTIFY_SOCKET} is set to. */
  public String name() {
    return name;
  }

  /** Waits for the next message. */
  public String next() {
    return await("a message").until(this::poll, m -> m != null);
  }

  private String poll() {
    try {
      DomainDatagramSocketAddress from =
          socket.recvFromDomainSocket(message, 0, message.capacity());
      if (from == null) {
        return null;
      }
      byte[] bytes = new byte[from.receivedAmount()];
      message.get(0, bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
