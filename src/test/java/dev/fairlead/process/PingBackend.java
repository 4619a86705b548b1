package dev.fairlead.process;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers each four bytes with its own four-letter word, a thread a connection, on a free port. */
final class PingBackend implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final ServerSocket listening;
  private final byte[] answer;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private PingBackend(ServerSocket listening, String answer) {
    this.listening = listening;
    this.answer = answer.getBytes(StandardCharsets.US_ASCII);
  }

  /** Answers {@code PONG}. */
  static PingBackend start() throws IOException {
    return start("PONG");
  }

  static PingBackend start(String answer) throws IOException {
    ServerSocket listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    PingBackend backend = new PingBackend(listening, answer);
    backend.threads.execute(backend::accept);
    return backend;
  }

  int port() {
    return listening.getLocalPort();
  }

  /** How many it has now. */
  int connections() {
    return connections.size();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket connection : connections) {
      connection.close();
    }
    threads.shutdown();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket connection = listening.accept();
        connections.add(connection);
        threads.execute(() -> serve(connection));
      } catch (IOException e) {
        // Closed: the loop ends.
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(connection.getInputStream());
      byte[] ping = new byte[answer.length];
      while (true) {
        in.readFully(ping);
        connection.getOutputStream().write(answer);
      }
    } catch (IOException e) {
      // The peer has left.
    } finally {
      connections.remove(connection);
    }
  }
}
