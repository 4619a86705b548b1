package dev.fairlead.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that hold one connection each, and connect again within a second when it ends, through
 * any of some ports. One thread of their own.
 */
final class ReturningClients implements AutoCloseable {
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);

  private final List<Integer> ports;
  private final Random random = new Random(1);
  private final Selector selector = Selector.open();
  private final PriorityQueue<Long> returns = new PriorityQueue<>();
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicInteger resets = new AtomicInteger();
  private final Thread thread = new Thread(this::run, "returning clients");
  private volatile boolean stopped;

  ReturningClients(int count, List<Integer> ports) throws IOException {
    this.ports = List.copyOf(ports);
    for (int i = 0; i < count; i++) {
      returns.add(System.nanoTime());
    }
    thread.start();
  }

  int connected() {
    return connected.get();
  }

  /** Connections that ended with a reset, or failed. */
  int resets() {
    return resets.get();
  }

  private void run() {
    try {
      while (!stopped) {
        selector.select(20);
        for (SelectionKey key : selector.selectedKeys()) {
          ready(key);
        }
        selector.selectedKeys().clear();
        while (!returns.isEmpty() && returns.peek() - System.nanoTime() <= 0) {
          returns.remove();
          connect();
        }
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void connect() throws IOException {
    int port = ports.get(random.nextInt(ports.size()));
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    boolean isThere =
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.register(selector, isThere ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
    if (isThere) {
      connected.incrementAndGet();
    }
  }

  private void ready(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    boolean wasThere = (key.interestOps() & SelectionKey.OP_READ) != 0;
    try {
      if (!wasThere) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        connected.incrementAndGet();
      } else if (channel.read(ByteBuffer.allocate(64)) < 0) {
        gone(channel, true);
      }
    } catch (IOException e) {
      resets.incrementAndGet();
      gone(channel, wasThere);
    }
  }

  private void gone(SocketChannel channel, boolean wasThere) throws IOException {
    channel.close();
    if (wasThere) {
      connected.decrementAndGet();
    }
    returns.add(System.nanoTime() + (long) (random.nextDouble() * LONGEST_WAIT));
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
