package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TlsSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that clients with wrong headers and handshakes cost nothing that stays, and nobody's
 * sleep. Provoked by ten thousand of each, on three listeners, of a seed that {@code
 * -Dfairlead.seed} chooses. A failure would look like a backend that is connected for them, a
 * session, a descriptor or memory that is never given back, or a log that they can fill.
 */
@Tag("slow")
class HostileTlsIT {
  private static final long SEED = Long.getLong("fairlead.seed", 20_261_129);

  /** At each listener, beside a tenth of it to warm up. */
  private static final int HEADERS = 10_000;

  private static final int HELLOS = 5_000;
  private static final int THREADS = 4;

  /** A chunk of Netty's pool. */
  private static final double DIRECT_MEMORY_NOISE = 4 << 20;

  @TempDir private Path directory;

  /** What is there when nobody is connected. */
  private record Use(long descriptors, double directMemory, long residentKib) {}

  @Test
  void wrongHeadersAndHandshakesLeaveNothing() throws Exception {
    TlsFixture fixture = new TlsFixture(directory);
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = start(document(fixture, backend))) {
      byte[] hello = TlsSocket.hello(TlsFixture.NAME);
      Map<String, Function<HostileBytes, byte[]>> clients = new TreeMap<>();
      clients.put("header", HostileBytes::header);
      clients.put("passed", HostileBytes::hello);
      clients.put("ended", bytes -> bytes.handshake(hello));
      for (String listener : clients.keySet()) {
        attack(proxy, listener, clients.get(listener), HELLOS / 10, SEED + 1);
      }
      Use before = use(proxy);
      attack(proxy, "header", clients.get("header"), HEADERS, SEED);
      attack(proxy, "passed", clients.get("passed"), HELLOS, SEED);
      attack(proxy, "ended", clients.get("ended"), HELLOS, SEED);
      Use after = use(proxy);
      System.out.println("seed " + SEED + ": " + before + " -> " + after);
      assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors());
      assertThat(after.directMemory()).isLessThan(before.directMemory() + DIRECT_MEMORY_NOISE);
      assertThat(proxy.errLines()).noneMatch(line -> line.matches(".* (WARN|ERROR) .*"));
      assertReasons(proxy);
      assertThat(PingClient.pingOnce(proxy.port("plain"))).isEqualTo("PONG");
    }
  }

  /** With a small heap, so that what else grows can be seen. */
  private FairleadProcess start(String document) throws IOException {
    return Launch.run(ConfigFixture.file(directory, document))
        .withJvm("-Xmx64m", "-XX:+UseSerialGC")
        .startReady(directory);
  }

  private static String document(TlsFixture files, PingBackend backend) {
    return TlsFixture.document(
        List.of(
            TlsFixture.listener("plain", "p"),
            TlsFixture.listener("header", "p", "proxyProtocol: { mode: required, timeout: 60s }"),
            TlsFixture.listener("passed", "p", "tls: { mode: passthrough, helloTimeout: 60s }"),
            TlsFixture.listener("ended", "p", files.terminate("handshakeTimeout: 60s"))),
        List.of(TlsFixture.pool("p", backend.port())));
  }

  /** Each client sends its bytes and a FIN, and waits for its end. */
  private static void attack(
      FairleadProcess proxy,
      String listener,
      Function<HostileBytes, byte[]> client,
      int count,
      long seed)
      throws Exception {
    InetSocketAddress to =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port(listener));
    int before = proxy.outLines().size();
    try (Background threads = new Background()) {
      List<Future<Boolean>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        HostileBytes bytes = new HostileBytes(seed + 1_000L * thread);
        running.add(
            threads.start(
                () -> {
                  for (int i = 0; i < count / THREADS; i++) {
                    send(to, client.apply(bytes));
                  }
                  return true;
                }));
      }
      for (Future<Boolean> each : running) {
        each.get();
      }
    }
    await(listener).until(() -> proxy.outLines().size() == before + count);
    await().until(() -> proxy.json("/api/v1/status").getInteger("sessions") == 0);
  }

  private static void send(InetSocketAddress to, byte[] bytes) throws IOException {
    try (TestConnection client = TestClient.connect(to)) {
      client.send(bytes);
      client.finish();
      client.readText();
    } catch (IOException reset) {
      // That is an end, too.
    }
  }

  private static Use use(FairleadProcess proxy) throws IOException {
    Path process = Path.of("/proc/" + proxy.process().pid());
    double directMemory = proxy.metric("fairlead_direct_memory_bytes");
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      return new Use(descriptors.count(), directMemory, residentKib(proxy));
    }
  }

  /** What a process has in memory; 0 = this system does not tell. */
  static long residentKib(FairleadProcess proxy) throws IOException {
    Path status = Path.of("/proc/" + proxy.process().pid() + "/status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private static void assertReasons(FairleadProcess proxy) {
    Map<String, Integer> ends = new TreeMap<>();
    for (JsonObject line : TlsFixture.accessLog(proxy)) {
      String end = line.getString("listener") + " " + line.getString("reason");
      ends.merge(end + " " + line.getString("backend"), 1, Integer::sum);
    }
    assertThat(ends)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "header proxy-header null", HEADERS + HELLOS / 10,
                "passed hello null", HELLOS + HELLOS / 10,
                "ended tls-handshake null", HELLOS + HELLOS / 10));
  }
}
