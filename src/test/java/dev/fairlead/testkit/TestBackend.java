package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A backend on real sockets, with blocking threads: one that accepts, and one for each connection
 * that a {@link Script} serves. Closing it fails the test when a script failed an assertion.
 */
public final class TestBackend implements AutoCloseable {

  private final ServerSocketChannel server;
  private final Script script;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Future<?> accepting;
  private final AtomicInteger accepted = new AtomicInteger();
  private final BlockingQueue<TestConnection> waiting = new LinkedBlockingQueue<>();
  private final Queue<TestConnection> all = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private TestBackend(ServerSocketChannel server, Script script) {
    this.server = server;
    this.script = script;
    this.accepting = threads.submit(this::accept);
  }

  /** What is done with one connection; it is closed afterwards, and its I/O errors are nothing. */
  @FunctionalInterface
  public interface Script {
    void serve(TestConnection connection) throws Exception;
  }

  /** Serves every connection by {@code script}, on any port of 127.0.0.1. */
  public static TestBackend serving(Script script) throws IOException {
    return serving(script, anyPort());
  }

  public static TestBackend serving(Script script, SocketAddress address) throws IOException {
    ServerSocketChannel server =
        address instanceof UnixDomainSocketAddress
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    server.bind(address, 1024);
    return new TestBackend(server, script);
  }

  /** Sends back what comes, and a FIN after the client's. */
  public static TestBackend echo() throws IOException {
    return serving(Scripts::echo);
  }

  /** The same at {@code address}, where another one was. */
  public static TestBackend echo(SocketAddress address) throws IOException {
    return serving(Scripts::echo, address);
  }

  /** Says {@code text} and finishes, after the client's FIN or before. */
  public static TestBackend saying(String text) throws IOException {
    return serving(connection -> connection.send(text));
  }

  /** Leaves every connection to the test, which takes it with {@link #next}. */
  public static TestBackend manual() throws IOException {
    return serving(null);
  }

  /** The same at {@code address}. */
  public static TestBackend manual(SocketAddress address) throws IOException {
    return serving(null, address);
  }

  /** The same, and the kernel takes few bytes that the test does not read. */
  public static TestBackend manualWithSmallBuffer() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    server.bind(anyPort(), 1024);
    return new TestBackend(server, null);
  }

  /** The next connection of a manual backend, waited for. */
  public TestConnection next() throws InterruptedException {
    TestConnection connection = waiting.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(connection).as("a connection to the backend").isNotNull();
    return connection;
  }

  /** How many connections came so far. */
  public int accepted() {
    return accepted.get();
  }

  public int port() {
    return ((InetSocketAddress) address()).getPort();
  }

  public SocketAddress address() {
    try {
      return server.getLocalAddress();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** As the configuration names it: {@code host: 127.0.0.1, port: 9001}. */
  public String keys() {
    if (address() instanceof UnixDomainSocketAddress unix) {
      return "unix: " + unix.getPath();
    }
    String host = NetUtil.toAddressString(((InetSocketAddress) address()).getAddress());
    return "host: '" + host + "', port: " + port();
  }

  @Override
  public void close() throws IOException {
    server.close();
    awaitLastAccept();
    for (TestConnection connection : all) {
      connection.close();
    }
    threads.shutdownNow();
    assertThat(failures).as("failures of the backend's script").isEmpty();
  }

  /** What is accepted while the server closes has to be closed too. */
  private void awaitLastAccept() {
    try {
      accepting.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private void accept() {
    try {
      while (true) {
        TestConnection connection = new TestConnection(server.accept());
        all.add(connection);
        accepted.incrementAndGet();
        if (script == null) {
          waiting.add(connection);
        } else {
          threads.execute(() -> serve(connection));
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(TestConnection connection) {
    try (connection) {
      script.serve(connection);
    } catch (IOException | InterruptedException ended) {
      // By the peer, or because the test is over.
    } catch (Exception | AssertionError e) {
      failures.add(e);
    } finally {
      all.remove(connection);
    }
  }
}
