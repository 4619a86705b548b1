package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TlsSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that names cost no memory. Provoked by a hundred thousand clients, each of which asks a
 * listener that terminates TLS for another name, half of them below the wildcard of a certificate,
 * and leaves when it has the server's certificate. A failure would look like memory, a context or a
 * series of a metric for each name. Prints the memory before and after.
 */
@Tag("slow")
class RandomNamesIT {
  private static final long SEED = Long.getLong("fairlead.seed", 20_261_129);
  private static final int NAMES = 100_000;
  private static final int WARM_UP = 20_000;
  private static final int THREADS = 4;

  /** Their names are replaced in the bytes of a real hello, so they have its length. */
  private static final String LABEL = "abcdefghijklmnop";

  private static final List<String> DOMAINS = List.of(".one.example", ".other.example");
  private static final String LETTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

  private static final int HANDSHAKE_RECORD = 22;
  private static final int SERVER_HELLO = 2;

  /** Less than a hundredth of what one context for each name would take; heap and caches vary. */
  private static final long RESIDENT_NOISE_KIB = 32 << 10;

  @TempDir private Path directory;

  /** What can grow. */
  private record Use(long residentKib, double directMemory, long series) {
    static Use of(FairleadProcess proxy) throws IOException {
      return new Use(
          HostileTlsIT.residentKib(proxy),
          proxy.metric("fairlead_direct_memory_bytes"),
          proxy.get("/metrics").body().lines().count());
    }
  }

  @Test
  void memoryStaysWhileNamesChange() throws Exception {
    TlsFixture fixture = new TlsFixture(directory);
    String wildcard =
        TlsFixture.keys(
            fixture.authority.issue("any", "dns:*.one.example").write(directory, "any"));
    String tls =
        "tls: { certificates: [%s, %s] }".formatted(TlsFixture.keys(fixture.server), wildcard);
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = start(tls, backend.port())) {
      greet(proxy, WARM_UP, SEED + 1);
      Use before = Use.of(proxy);
      greet(proxy, NAMES, SEED);
      Use after = Use.of(proxy);
      System.out.println("seed " + SEED + ", " + NAMES + " names: " + before + " -> " + after);
      assertThat(after.series()).isEqualTo(before.series());
      assertThat(after.directMemory()).isLessThanOrEqualTo(before.directMemory());
      assertThat(after.residentKib()).isLessThan(before.residentKib() + RESIDENT_NOISE_KIB);
      assertThat(proxy.errLines()).noneMatch(line -> line.matches(".* (WARN|ERROR) .*"));
    }
  }

  /** With a small heap, so that what else grows can be seen. */
  private FairleadProcess start(String tls, int backend) throws IOException {
    String document =
        TlsFixture.document(
            List.of(TlsFixture.listener("web", "p", tls)), List.of(TlsFixture.pool("p", backend)));
    return Launch.run(ConfigFixture.file(directory, document), "--set", "node.accessLog.to=off")
        .withJvm("-Xmx64m", "-XX:+UseSerialGC")
        .startReady(directory);
  }

  private static void greet(FairleadProcess proxy, int count, long seed) throws Exception {
    InetSocketAddress to =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port("web"));
    double before = failed(proxy);
    try (Background threads = new Background()) {
      List<Future<Boolean>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        SplittableRandom random = new SplittableRandom(seed + 1_000L * thread);
        byte[] hello = TlsSocket.hello(LABEL + DOMAINS.get(thread % DOMAINS.size()));
        running.add(threads.start(() -> greet(to, hello, count / THREADS, random)));
      }
      for (Future<Boolean> each : running) {
        each.get();
      }
    }
    await().until(() -> failed(proxy) == before + count);
    await().until(() -> proxy.json("/api/v1/status").getInteger("sessions") == 0);
  }

  private static boolean greet(
      InetSocketAddress to, byte[] hello, int count, SplittableRandom random) throws IOException {
    int at = new String(hello, StandardCharsets.ISO_8859_1).indexOf(LABEL);
    for (int i = 0; i < count; i++) {
      for (int letter = 0; letter < LABEL.length(); letter++) {
        hello[at + letter] = (byte) LETTERS.charAt(random.nextInt(LETTERS.length()));
      }
      try (TestConnection client = TestClient.connect(to)) {
        client.send(hello);
        ByteBuffer answer = ByteBuffer.wrap(client.readExactly(6));
        assertThat(answer.get(0)).isEqualTo((byte) HANDSHAKE_RECORD);
        assertThat(answer.get(5)).isEqualTo((byte) SERVER_HELLO);
      }
    }
    return true;
  }

  private static double failed(FairleadProcess proxy) {
    return proxy
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("fairlead_tls_handshakes_total{"))
        .filter(line -> line.contains("result=\"failed\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
