package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that endings leave nothing behind: no session, no descriptor, no memory and no work.
 * Provoked by 10,000 of each kind ({@code -Dfairlead.resetWaves}: more resets after a FIN, a
 * thousand each), in waves of many at once; no time-out helps, and both ends keep their sockets
 * until the member has no session. A failure would look like sessions that stay, a figure that
 * grows with the endings, or an event loop that spins.
 */
@Tag("slow")
class EndingsIT {
  private static final int WAVES = 10;

  /** Of resets after a FIN, which the kernel tells once and in a way of its own. */
  private static final int RESET_WAVES = Integer.getInteger("fairlead.resetWaves", WAVES);

  private static final int WAVE = 1000;
  private static final int CLIENT_THREADS = 16;
  private static final String ANSWER = "a".repeat(100);

  /** Some threads of the JVM come and go, and so do the connections of the admin listener. */
  private static final int MOST_DESCRIPTORS = 5;

  /** Netty keeps chunks of this order for reuse; a leak of one buffer each would be 20 MiB. */
  private static final double MOST_MEBIBYTES = 8;

  private static final Duration MOST_IDLE_CPU = Duration.ofMillis(200);
  private static final double MIB = 1024 * 1024;

  /** Those of a wave that wait for its end. */
  private final ConcurrentLinkedQueue<TestConnection> open = new ConcurrentLinkedQueue<>();

  private volatile CountDownLatch waveOver = new CountDownLatch(1);

  @TempDir private Path directory;

  private enum Kind {
    RESET_AFTER_FIN,
    RESET_AFTER_DATA,
    HALF_CLOSE_ON_UNIX_SOCKETS,
    RESET_WITH_DATA,
    RESET_AT_ACCEPT_OR_NO_BACKEND;

    String listener(int index) {
      return switch (this) {
        case HALF_CLOSE_ON_UNIX_SOCKETS -> "unix";
        case RESET_AT_ACCEPT_OR_NO_BACKEND -> index % 2 == 0 ? "eager" : "empty";
        default -> "web";
      };
    }

    /** What the client of session {@code index} does. */
    void end(TestConnection client, int index) throws IOException {
      switch (this) {
        case RESET_AFTER_FIN -> resetAfterFin(client, index);
        case RESET_AFTER_DATA -> {
          client.send("r");
          // The reset is not waited for, because with NIO it takes a second.
          client.expect(ANSWER);
        }
        case HALF_CLOSE_ON_UNIX_SOCKETS -> {
          client.send("e" + ANSWER);
          client.finish();
          assertThat(client.readText()).isEqualTo(ANSWER);
        }
        case RESET_WITH_DATA -> {
          client.send("k" + ANSWER);
          client.reset();
        }
        case RESET_AT_ACCEPT_OR_NO_BACKEND -> readSome(client);
      }
    }

    /** Of the client, or of the backend. */
    private static void resetAfterFin(TestConnection client, int index) throws IOException {
      if (index % 2 == 0) {
        client.send("c");
        client.finish();
        client.expect(ANSWER);
        client.reset();
      } else {
        client.send("b");
        assertThat(client.readText()).isEqualTo(ANSWER);
        client.send("x");
      }
    }

    /** What the backend sent, or the FIN that refuses the client. */
    private static void readSome(TestConnection client) {
      try {
        client.send("hello");
        client.readSome(ANSWER.length());
      } catch (IOException reset) {
        // By the backend, at any time.
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void leaveNothingBehind(String transport) throws Exception {
    Path door = directory.resolve("backend.sock");
    try (TestBackend web = TestBackend.serving(this::serve);
        TestBackend unix = TestBackend.serving(this::serve, UnixDomainSocketAddress.of(door));
        TestBackend eager = TestBackend.serving(EndingsIT::answerAndReset);
        FairleadProcess proxy =
            Launch.run(config(web, unix, eager), "--set", "node.transport=" + transport)
                .withJvm("-Dio.netty.leakDetection.level=simple")
                .startReady(directory)) {
      for (Kind kind : Kind.values()) {
        // Loads classes, and has Netty take its pools.
        wave(proxy, kind);
        Figures before = Figures.of(proxy);
        int waves = kind == Kind.RESET_AFTER_FIN ? RESET_WAVES : WAVES;
        for (int i = 0; i < waves; i++) {
          wave(proxy, kind);
        }
        Figures after = Figures.of(proxy);
        System.out.printf("%s, %,d x %s: %s -> %s%n", transport, waves * WAVE, kind, before, after);
        after.assertNotAbove(before);
      }
      assertThat(proxy.logged("LEAK")).isZero();
      assertThat(proxy.logged(" ERROR ")).isZero();
    } finally {
      waveOver.countDown();
    }
  }

  private Path config(TestBackend web, TestBackend unix, TestBackend eager) throws IOException {
    StringBuilder text = new StringBuilder("node: { accessLog: { to: off } }\nlisteners:\n");
    for (String name : List.of("web", "unix", "eager", "empty")) {
      String bind = name.equals("unix") ? "unix:" + directory.resolve("web.sock") : "127.0.0.1:0";
      text.append("  - { name: %s, bind: '%s', pool: %s }\n".formatted(name, bind, name));
    }
    text.append("pools:\n");
    text.append(pool("web", web.keys())).append(pool("unix", unix.keys()));
    text.append(pool("eager", eager.keys())).append("  - { name: empty, backends: [] }\n");
    return ConfigFixture.file(directory, text.toString());
  }

  private static String pool(String name, String backend) {
    return "  - { name: %s, outlier: off, timeouts: { close: 1h }, backends: [{ %s }] }\n"
        .formatted(name, backend);
  }

  /** Does what the first byte says. */
  private void serve(TestConnection connection) throws Exception {
    String first = new String(connection.readSome(1), java.nio.charset.StandardCharsets.US_ASCII);
    switch (first) {
      case "c" -> {
        connection.expectEof();
        connection.send(ANSWER);
        waveOver.await();
      }
      case "b" -> {
        connection.send(ANSWER);
        connection.finish();
        connection.expect("x");
        connection.reset();
      }
      case "r" -> answerAndReset(connection);
      case "e" -> {
        connection.send(connection.readText());
        connection.finish();
        waveOver.await();
      }
      default -> {
        connection.expect(ANSWER);
        waveOver.await();
      }
    }
  }

  private static void answerAndReset(TestConnection connection) throws IOException {
    connection.send(ANSWER);
    connection.reset();
  }

  private void wave(FairleadProcess proxy, Kind kind) throws Exception {
    waveOver = new CountDownLatch(1);
    List<SocketAddress> addresses =
        List.of(address(proxy, kind.listener(0)), address(proxy, kind.listener(1)));
    AtomicInteger next = new AtomicInteger();
    try (Background background = new Background()) {
      List<Future<Void>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENT_THREADS; i++) {
        clients.add(background.start(() -> endSome(kind, addresses, next)));
      }
      for (Future<Void> each : clients) {
        each.get();
      }
    }
    await(kind + ": no session is left")
        .pollInterval(Duration.ofMillis(10))
        .until(() -> proxy.json("/api/v1/status").getInteger("sessions") == 0);
    waveOver.countDown();
    for (TestConnection each = open.poll(); each != null; each = open.poll()) {
      each.close();
    }
  }

  private Void endSome(Kind kind, List<SocketAddress> addresses, AtomicInteger next)
      throws IOException {
    for (int i = next.getAndIncrement(); i < WAVE; i = next.getAndIncrement()) {
      TestConnection client = TestClient.connect(addresses.get(i % 2));
      open.add(client);
      kind.end(client, i);
    }
    return null;
  }

  private SocketAddress address(FairleadProcess proxy, String listener) {
    return listener.equals("unix")
        ? UnixDomainSocketAddress.of(directory.resolve("web.sock"))
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port(listener));
  }

  /** Of the process, without a session. */
  private record Figures(long descriptors, double mebibytes, Duration idleCpu) {
    static Figures of(FairleadProcess proxy) {
      Duration idle = cpuOfASecond(proxy);
      for (int i = 0; i < 20 && idle.compareTo(MOST_IDLE_CPU) > 0; i++) {
        // The JVM still compiles what was hot.
        idle = cpuOfASecond(proxy);
      }
      return new Figures(
          descriptors(proxy), proxy.metric("fairlead_direct_memory_bytes") / MIB, idle);
    }

    private static Duration cpuOfASecond(FairleadProcess proxy) {
      Duration before = cpu(proxy);
      await().during(Duration.ofSeconds(1)).until(() -> proxy.process().isAlive());
      return cpu(proxy).minus(before);
    }

    private static Duration cpu(FairleadProcess proxy) {
      return proxy.process().info().totalCpuDuration().orElseThrow();
    }

    private static long descriptors(FairleadProcess proxy) {
      try (Stream<Path> all = Files.list(Path.of("/proc/" + proxy.process().pid() + "/fd"))) {
        return all.count();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    void assertNotAbove(Figures before) {
      assertThat(descriptors).isLessThanOrEqualTo(before.descriptors + MOST_DESCRIPTORS);
      assertThat(mebibytes).isLessThanOrEqualTo(before.mebibytes + MOST_MEBIBYTES);
      assertThat(idleCpu).isLessThanOrEqualTo(MOST_IDLE_CPU);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "0 sessions, %d descriptors, %.1f MiB of direct memory, %d ms of CPU in an idle second",
          descriptors,
          mebibytes,
          idleCpu.toMillis());
    }
  }
}
