package dev.fairlead.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A backend that never answers a connect: its queue is full, so Linux drops the SYN. */
public final class FullBackend implements AutoCloseable {
  private static final long UNANSWERED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final ServerSocketChannel server = ServerSocketChannel.open();
  private final List<SocketChannel> queue = new ArrayList<>();

  public FullBackend() throws IOException {
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    while (knock()) {
      // One more got into the queue.
    }
  }

  public String keys() throws IOException {
    return "host: 127.0.0.1, port: " + port();
  }

  public int port() throws IOException {
    return ((InetSocketAddress) server.getLocalAddress()).getPort();
  }

  /** Empties the queue, so that a connect which waits is answered when it is tried again. */
  public void makeRoom() throws IOException {
    queue.remove(queue.size() - 1).close();
    for (int i = 0; i < queue.size(); i++) {
      server.accept().close();
    }
  }

  /** The next connection after {@link #makeRoom}, waited for. */
  public TestConnection next() throws IOException {
    return new TestConnection(server.accept());
  }

  private boolean knock() throws IOException {
    SocketChannel channel = SocketChannel.open();
    queue.add(channel);
    channel.configureBlocking(false);
    channel.connect(server.getLocalAddress());
    long until = System.nanoTime() + UNANSWERED_NANOS;
    while (!channel.finishConnect()) {
      if (System.nanoTime() > until) {
        return false;
      }
      LockSupport.parkNanos(UNANSWERED_NANOS / 100);
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : queue) {
      channel.close();
    }
    server.close();
  }
}
