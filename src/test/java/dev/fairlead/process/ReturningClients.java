package dev.fairlead.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that hold one connection each, and connect again within a second when it ends, through
 * any of some ports. They count the ends themselves. One thread of their own.
 */
final class ReturningClients implements AutoCloseable {
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);

  private final List<Integer> ports;
  private final Random random = new Random(1);
  private final Selector selector = Selector.open();
  private final PriorityQueue<Client> returns =
      new PriorityQueue<>(Comparator.comparingLong(client -> client.returnsAt));
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicInteger resets = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicLong shortest = new AtomicLong(Long.MAX_VALUE);
  private final Set<Integer> dead = ConcurrentHashMap.newKeySet();
  private final Thread thread = new Thread(this::run, "returning clients");
  private volatile long watchedSince;
  private volatile boolean stopped;

  private static final class Client {
    private int port;
    private long returnsAt = System.nanoTime();
    private long endedAt;
  }

  ReturningClients(int count, List<Integer> ports) throws IOException {
    this.ports = List.copyOf(ports);
    for (int i = 0; i < count; i++) {
      returns.add(new Client());
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

  /** The ends from now on are counted. */
  void watch() {
    watchedSince = System.nanoTime();
    ended.set(0);
    shortest.set(Long.MAX_VALUE);
  }

  /** What ends through this port, or can't connect there, is not counted from now on. */
  void ignore(int port) {
    dead.add(port);
  }

  /** Ends with a FIN since {@link #watch}. */
  int ended() {
    return ended.get();
  }

  /** The shortest time between two such ends of one client; very long = there were none. */
  Duration shortest() {
    return Duration.ofNanos(shortest.get());
  }

  private void run() {
    try {
      while (!stopped) {
        selector.select(20);
        for (SelectionKey key : selector.selectedKeys()) {
          ready(key);
        }
        selector.selectedKeys().clear();
        while (!returns.isEmpty() && returns.peek().returnsAt - System.nanoTime() <= 0) {
          connect(returns.remove());
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

  private void connect(Client client) throws IOException {
    client.port = ports.get(random.nextInt(ports.size()));
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    boolean isThere =
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), client.port));
    channel.register(selector, isThere ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, client);
    if (isThere) {
      connected.incrementAndGet();
    }
  }

  private void ready(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    Client client = (Client) key.attachment();
    boolean wasThere = (key.interestOps() & SelectionKey.OP_READ) != 0;
    try {
      if (!wasThere) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        connected.incrementAndGet();
      } else if (channel.read(ByteBuffer.allocate(64)) < 0) {
        ended(client);
        gone(channel, client, true);
      }
    } catch (IOException e) {
      resets.addAndGet(dead.contains(client.port) ? 0 : 1);
      gone(channel, client, wasThere);
    }
  }

  private void ended(Client client) {
    if (dead.contains(client.port)) {
      return;
    }
    long now = System.nanoTime();
    if (client.endedAt - watchedSince > 0 && watchedSince != 0) {
      shortest.accumulateAndGet(now - client.endedAt, Math::min);
    }
    client.endedAt = now;
    ended.incrementAndGet();
  }

  private void gone(SocketChannel channel, Client client, boolean wasThere) throws IOException {
    channel.close();
    if (wasThere) {
      connected.decrementAndGet();
    }
    client.returnsAt = System.nanoTime() + (long) (random.nextDouble() * LONGEST_WAIT);
    returns.add(client);
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
