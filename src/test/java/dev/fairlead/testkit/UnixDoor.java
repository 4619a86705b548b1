package dev.fairlead.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A port of 127.0.0.1 that leads to a Unix socket, two threads a connection. Unix sockets are in
 * the file system, so this is the way from the test into a network namespace.
 */
public final class UnixDoor implements AutoCloseable {
  private static final int READ_BYTES = 16 * 1024;

  private final Path socket;
  private final ServerSocketChannel listening;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private UnixDoor(Path socket, ServerSocketChannel listening) {
    this.socket = socket;
    this.listening = listening;
  }

  /** The socket need not be there yet; a client that comes before it is closed. */
  public static UnixDoor to(Path socket) throws IOException {
    ServerSocketChannel listening =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    UnixDoor door = new UnixDoor(socket, listening);
    door.threads.execute(door::accept);
    return door;
  }

  public int port() {
    return listening.socket().getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (SocketChannel connection : connections) {
      connection.close();
    }
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = listening.accept();
        connections.add(client);
        lead(client);
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void lead(SocketChannel client) throws IOException {
    try {
      SocketChannel inside = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      connections.add(inside);
      threads.execute(() -> pass(client, inside));
      threads.execute(() -> pass(inside, client));
    } catch (IOException nobodyThere) {
      end(client);
    }
  }

  private void pass(SocketChannel from, SocketChannel to) {
    ByteBuffer bytes = ByteBuffer.allocate(READ_BYTES);
    try {
      while (from.read(bytes) >= 0) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
        bytes.clear();
      }
      to.shutdownOutput();
      from.shutdownInput();
    } catch (IOException broken) {
      end(from);
      end(to);
    }
  }

  private void end(SocketChannel connection) {
    connections.remove(connection);
    try {
      connection.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
