package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a member forgets the names of listeners, pools and backends that were removed.
 * Provoked by 1,000 names, of which some have sessions when they are removed; then its heap is
 * searched. A failure would look like memory that grows with every name there ever was. The names
 * that had traffic stay for as long as the charts show it, 15 minutes; of those, nothing but the
 * names.
 */
@Tag("slow")
class RemovedNamesIT {
  private static final int PUSHES = 50;
  private static final int NAMES = 20;

  /** More than the history keeps. */
  private static final int LATER_PUSHES = 25;

  private static final String PREFIX = "gone-";

  /** The longest text around a name that is taken for a string of its own. */
  private static final int LONGEST = 300;

  private final Set<String> charted = new HashSet<>();

  @TempDir private Path directory;

  @Test
  void aThousandNamesLeaveNothingBehind() throws Exception {
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy =
            Launch.run(ConfigFixture.file(directory, "listeners: []\npools: []\n"))
                .startReady(directory)) {
      List<PingClient> clients = new ArrayList<>();
      for (int push = 0; push < PUSHES; push++) {
        assertThat(proxy.push(document(push, backend.port())).statusCode()).isEqualTo(200);
        PingClient client = PingClient.connect(proxy.port(name(push, 0)));
        clients.add(client);
        client.send();
        await().until(client::hasAnswer);
        charted.add(name(push, 0));
        charted.add(name(push, 0) + "/127.0.0.1:" + backend.port());
        proxy.get("/metrics");
      }
      for (int push = 0; push < LATER_PUSHES; push++) {
        proxy.push("listeners: []\npools: [{ name: later-%s, backends: [] }]\n".formatted(push));
      }
      assertThat(proxy.list("listeners")).hasSize(PUSHES);
      for (PingClient client : clients) {
        client.close();
      }
      await().until(() -> proxy.list("listeners").isEmpty());
      assertThat(proxy.list("pools")).hasSize(1);
      assertThat(proxy.get("/metrics").body()).doesNotContain(PREFIX);
      await()
          .pollInterval(Duration.ofSeconds(5))
          .untilAsserted(() -> assertThat(namesInHeap(proxy)).allMatch(this::isCharted));
      assertThat(instances(proxy, "config.ListenerConfig")).isZero();
      assertThat(instances(proxy, "config.PoolConfig")).isPositive().isLessThan(LATER_PUSHES);
      assertThat(instances(proxy, "session.Session")).isZero();
    }
  }

  /** Listener, pool and backend whose session was counted. */
  private boolean isCharted(String text) {
    return charted.contains(text);
  }

  private static String name(int push, int index) {
    return PREFIX + push + "-" + index;
  }

  /** No backend goes down: of that an event would be remembered, within its own limit. */
  private static String document(int push, int backendPort) {
    StringBuilder listeners = new StringBuilder("listeners:\n");
    StringBuilder pools = new StringBuilder("pools:\n");
    for (int i = 0; i < NAMES; i++) {
      String name = name(push, i);
      listeners.append(
          """
            - name: %s
              bind: 127.0.0.1:0
              pool: %s
              limits: { connections: 5, connectionsPerSource: 3, newConnectionsPerSecond: 100 }
          """
              .formatted(name, name));
      pools.append(
          """
            - name: %s
              health: { type: tcp }
              limits: { connections: 7, connectionsPerBackend: 3, queue: { size: 2 } }
              backends: [{ host: 127.0.0.1, port: %s }, { unix: /tmp/%s, state: disabled }]
          """
              .formatted(name, backendPort, name));
    }
    return listeners.toString() + pools;
  }

  /** Strings of the live heap with such a name; documents and buffers do not count. */
  private Set<String> namesInHeap(FairleadProcess proxy) throws Exception {
    Path dump = directory.resolve("heap.hprof");
    Files.deleteIfExists(dump);
    jcmd(proxy, "GC.heap_dump", dump.toString());
    return namesIn(dump);
  }

  /** How many objects of {@code type} are alive; its subclasses do not count. */
  private long instances(FairleadProcess proxy, String type) throws Exception {
    return jcmd(proxy, "GC.class_histogram")
        .lines()
        .map(line -> line.trim().split("\\s+"))
        .filter(row -> row.length >= 4 && row[3].equals("dev.fairlead." + type))
        .mapToLong(row -> Long.parseLong(row[1]))
        .sum();
  }

  private String jcmd(FairleadProcess proxy, String... command) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    line.add(Long.toString(proxy.process().pid()));
    line.addAll(List.of(command));
    Path out = directory.resolve("jcmd.out");
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(process.waitFor()).as("jcmd").isZero();
    return Files.readString(out);
  }

  private static Set<String> namesIn(Path dump) throws IOException {
    ByteBuffer heap = ByteBuffer.wrap(Files.readAllBytes(dump));
    byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
    Set<String> names = new TreeSet<>();
    for (int at = LONGEST; at < heap.limit() - LONGEST; at++) {
      if (heap.get(at) == prefix[0]
          && heap.slice(at, prefix.length).equals(ByteBuffer.wrap(prefix))) {
        add(names, heap, at);
      }
    }
    return names;
  }

  /** An array of bytes is its length in four bytes, an 8 for the type, and its elements. */
  private static void add(Set<String> names, ByteBuffer heap, int at) {
    for (int start = at; start > at - LONGEST + Integer.BYTES; start--) {
      int length = heap.getInt(start - 1 - Integer.BYTES);
      if (heap.get(start - 1) == 8 && length > at - start && length <= LONGEST) {
        byte[] text = new byte[length];
        heap.get(start, text);
        names.add(new String(text, StandardCharsets.ISO_8859_1));
        return;
      }
    }
  }
}
