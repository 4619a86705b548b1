package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.TestRun;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A blocking client of a {@link PingBackend}; one thread. */
final class PingClient implements AutoCloseable {
  private static final byte[] PING = "PING".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket = new Socket();

  private PingClient() {}

  static PingClient connect(int port) throws IOException {
    PingClient client = new PingClient();
    int patience = Math.toIntExact(TestRun.PATIENCE.toMillis());
    client.socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), patience);
    client.socket.setSoTimeout(patience);
    client.socket.setTcpNoDelay(true);
    return client;
  }

  /** One whole session: the answer to one ping. */
  static String pingOnce(int port) throws IOException {
    try (PingClient client = connect(port)) {
      return client.ping();
    }
  }

  /** Sends four bytes and does not wait for what comes back. */
  void send() throws IOException {
    socket.getOutputStream().write(PING);
  }

  /** True when the answer to {@link #send} is there. */
  boolean hasAnswer() throws IOException {
    return socket.getInputStream().available() >= PING.length;
  }

  /** Sends four bytes and returns the four that come back. */
  String ping() throws IOException {
    send();
    return answer();
  }

  /** The four bytes that come next. */
  String answer() throws IOException {
    byte[] answer = new byte[PING.length];
    new DataInputStream(socket.getInputStream()).readFully(answer);
    return new String(answer, StandardCharsets.US_ASCII);
  }

  /** All that comes until the end of the stream. */
  String readAll() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Returns when the peer ended the connection, by FIN or reset, without another byte. */
  void awaitEnd() throws IOException {
    int read;
    try {
      read = socket.getInputStream().read();
    } catch (SocketException e) {
      // A reset.
      return;
    }
    assertThat(read).as("a byte where the end was expected").isEqualTo(-1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
