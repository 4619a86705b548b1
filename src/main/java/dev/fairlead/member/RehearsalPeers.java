package dev.fairlead.member;

import io.netty.util.NetUtil;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients and the backend of a {@link Rehearsal}, on one thread and with blocking sockets of
 * the JDK: Netty's channels would run through the code of the data path with other handlers, and
 * mislead the compiler about it. {@link #close} may be called on any thread, at any time.
 */
final class RehearsalPeers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RehearsalPeers.class);

  /**
   * In one round. Raising it gives an event loop more events a turn, as under load; lowering it
   * needs fewer descriptors, of which a session takes four.
   */
  private static final int SESSIONS = 8;

  private static final int MESSAGE = 64;
  private static final int EXCHANGES = 20;

  /** Fits into the buffers of the kernel, else the only thread would wait for itself. */
  private static final int PIECE = 32 * 1024;

  private static final int PIECES = 4;

  private final Duration time;
  private final ServerSocketChannel backend;

  /** All that {@link #close} closes. */
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);

  /**
   * The ends of reset sessions at the backend, closed after the next round and not awaited: NIO
   * passes a reset on only after a second.
   */
  private final List<SocketChannel> ending = new ArrayList<>();

  private volatile boolean closed;

  private RehearsalPeers(Duration time, ServerSocketChannel backend) {
    this.time = time;
    this.backend = backend;
    open.add(backend);
  }

  /** The backend listens, on any port of the loopback interface. */
  static RehearsalPeers open(Duration time) throws IOException {
    ServerSocketChannel backend = ServerSocketChannel.open();
    try {
      backend.bind(new InetSocketAddress(NetUtil.LOCALHOST4, 0));
    } catch (IOException e) {
      backend.close();
      throw e;
    }
    return new RehearsalPeers(time, backend);
  }

  Duration time() {
    return time;
  }

  int backendPort() {
    return backend.socket().getLocalPort();
  }

  /** How the sessions of a round go, and who ends them. */
  private enum Plot {
    CLIENT_ENDS,
    BACKEND_ENDS,
    CLIENT_RESETS,
    CONVERSATION,
    TRANSFER
  }

  /** Short sessions are where the time of a new process goes; the others take their part. */
  private static Plot plotOf(int round) {
    if (round % 32 == 31) {
      return Plot.TRANSFER;
    }
    return round % 8 == 7 ? Plot.CONVERSATION : Plot.values()[round % 3];
  }

  /**
   * Has clients connect to {@code port} for {@link #time}, a round after the other, but no more
   * than {@code most}.
   *
   * @return how many have had a whole session, also when it is closed meanwhile
   */
  int play(int port, int most) throws IOException {
    InetSocketAddress listener = new InetSocketAddress(NetUtil.LOCALHOST4, port);
    long end = System.nanoTime() + time.toNanos();
    int rounds = 0;
    try {
      while (rounds * SESSIONS < most && System.nanoTime() - end < 0) {
        play(plotOf(rounds), listener);
        rounds++;
      }
    } catch (IOException e) {
      if (!closed) {
        throw e;
      }
    }
    return rounds * SESSIONS;
  }

  private void play(Plot plot, InetSocketAddress listener) throws IOException {
    List<SocketChannel> clients = new ArrayList<>();
    List<SocketChannel> servers = new ArrayList<>();
    try {
      for (int i = 0; i < SESSIONS; i++) {
        clients.add(opened(SocketChannel.open(listener)));
      }
      send(clients, MESSAGE);
      for (int i = 0; i < SESSIONS; i++) {
        servers.add(opened(backend.accept()));
      }
      receive(servers, MESSAGE);
      send(servers, MESSAGE);
      receive(clients, MESSAGE);
      middle(plot, clients, servers);
      end(plot, clients, servers);
    } finally {
      clients.forEach(this::close);
      servers.stream().filter(each -> !ending.contains(each)).forEach(this::close);
    }
  }

  private void middle(Plot plot, List<SocketChannel> clients, List<SocketChannel> servers)
      throws IOException {
    int times =
        switch (plot) {
          case CONVERSATION -> EXCHANGES;
          case TRANSFER -> PIECES;
          default -> 0;
        };
    int size = plot == Plot.TRANSFER ? PIECE : MESSAGE;
    for (int i = 0; i < times; i++) {
      send(clients, size);
      receive(servers, size);
      send(servers, size);
      receive(clients, size);
    }
  }

  private void end(Plot plot, List<SocketChannel> clients, List<SocketChannel> servers)
      throws IOException {
    List<SocketChannel> first = plot == Plot.BACKEND_ENDS ? servers : clients;
    for (SocketChannel each : first) {
      if (plot == Plot.CLIENT_RESETS) {
        each.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      close(each);
    }
    ending.forEach(this::close);
    ending.clear();
    if (plot == Plot.CLIENT_RESETS) {
      ending.addAll(servers);
    } else {
      for (SocketChannel each : first == clients ? servers : clients) {
        awaitEnd(each);
        close(each);
      }
    }
  }

  private void awaitEnd(SocketChannel channel) throws IOException {
    try {
      buffer.clear();
      if (channel.read(buffer) > 0) {
        throw new IOException("bytes after the end");
      }
    } catch (SocketException reset) {
      LOG.trace("a session of the rehearsal was reset", reset);
    }
  }

  private void send(List<SocketChannel> channels, int bytes) throws IOException {
    for (SocketChannel each : channels) {
      buffer.clear().limit(bytes);
      while (buffer.hasRemaining()) {
        each.write(buffer);
      }
    }
  }

  private void receive(List<SocketChannel> channels, int bytes) throws IOException {
    for (SocketChannel each : channels) {
      buffer.clear().limit(bytes);
      while (buffer.hasRemaining()) {
        if (each.read(buffer) < 0) {
          throw new EOFException();
        }
      }
    }
  }

  private SocketChannel opened(SocketChannel channel) throws IOException {
    open.add(channel);
    if (closed) {
      channel.close();
    }
    return channel;
  }

  private void close(Channel channel) {
    open.remove(channel);
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing a socket of the rehearsal", e);
    }
  }

  /** Ends {@link #play}, in the middle of a round. */
  @Override
  public void close() {
    closed = true;
    open.forEach(this::close);
  }
}
