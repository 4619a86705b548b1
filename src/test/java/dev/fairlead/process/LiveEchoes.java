package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Clients of echo backends that send 1 MB again and again without a pause, and compare what comes
 * back. Threads of their own.
 */
final class LiveEchoes implements AutoCloseable {
  private static final int BYTES = 1_000_000;
  private static final int CLIENTS_OF_EACH_PORT = 2;

  private final List<Integer> ports;
  private final Background threads = new Background();
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<TestConnection> connections = new ArrayList<>();
  private final List<Future<Integer>> transfers = new ArrayList<>();

  private LiveEchoes(List<Integer> ports) {
    this.ports = List.copyOf(ports);
  }

  static LiveEchoes through(List<Integer> ports) throws IOException {
    LiveEchoes started = new LiveEchoes(ports);
    for (int port : ports) {
      for (int i = 0; i < CLIENTS_OF_EACH_PORT; i++) {
        started.start(port);
      }
    }
    return started;
  }

  private void start(int port) throws IOException {
    TestConnection client =
        TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    connections.add(client);
    transfers.add(threads.start(() -> transfer(client)));
  }

  List<Integer> ports() {
    return ports;
  }

  int count() {
    return connections.size();
  }

  private int transfer(TestConnection client) throws IOException, InterruptedException {
    byte[] bytes = new byte[BYTES];
    new Random(client.hashCode()).nextBytes(bytes);
    int sent = 0;
    while (!over.get()) {
      Thread writer = new Thread(() -> sendAll(client, bytes));
      writer.start();
      assertThat(client.readExactly(BYTES)).isEqualTo(bytes);
      writer.join();
      sent++;
    }
    return sent;
  }

  private void sendAll(TestConnection client, byte[] bytes) {
    try {
      client.send(bytes);
    } catch (IOException e) {
      if (!over.get()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Lets the last ones end; returns how many there were; fails if one was cut or wrong. */
  int finish() throws Exception {
    over.set(true);
    int sent = 0;
    for (Future<Integer> each : transfers) {
      sent += each.get();
    }
    return sent;
  }

  @Override
  public void close() throws IOException {
    over.set(true);
    for (TestConnection each : connections) {
      each.close();
    }
    threads.close();
  }
}
