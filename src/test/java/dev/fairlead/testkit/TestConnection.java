package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One end of a connection, a client's or a backend's. Every call blocks until it is done; the
 * test's time-out ends one that never is.
 */
public final class TestConnection implements AutoCloseable {
  private final SocketChannel channel;

  public TestConnection(SocketChannel channel) {
    this.channel = channel;
  }

  public SocketChannel channel() {
    return channel;
  }

  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  public void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Sends a FIN; the other direction stays open. */
  public void finish() throws IOException {
    channel.shutdownOutput();
  }

  /** Closes with a RST. */
  public void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** Reads once, at most {@code most} bytes; empty = the peer's FIN. */
  public byte[] readSome(int most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(most);
    channel.read(buffer);
    return java.util.Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** Reads exactly so many bytes; fewer = then the peer's FIN. */
  public byte[] readExactly(int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // Until it is full.
    }
    return java.util.Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** Reads exactly as many bytes as {@code text} has. */
  public void expect(String text) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(text.getBytes(StandardCharsets.UTF_8).length);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // Until all is there.
    }
    String read = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    assertThat(read).isEqualTo(text);
  }

  /** Reads to the peer's FIN. */
  public String readText() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some = readSome(8192);
    while (some.length > 0) {
      all.writeBytes(some);
      some = readSome(8192);
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  /** Fails unless the next thing is the peer's FIN. */
  public void expectEof() throws IOException {
    assertThat(new String(readSome(100), StandardCharsets.UTF_8)).as("bytes before EOF").isEmpty();
  }

  /** Fails unless the next thing is a reset. */
  public void expectReset() {
    assertThatThrownBy(() -> readSome(100))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }

  /**
   * Waits for the peer's reset after its FIN, which reading does not show. A channel that is
   * connected and waits to connect is selected for an error only.
   */
  public void awaitReset() throws IOException {
    channel.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_CONNECT);
      await().pollInterval(Duration.ofMillis(5)).until(() -> selector.selectNow() > 0);
    }
  }

  /** Fails unless the next thing is the peer's FIN or a reset. */
  public void expectEnd() throws IOException {
    try {
      expectEof();
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
