package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.Descriptors;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that what arrives is what was sent, on each transport, spliced or not.
 *
 * <p>Provoked by sessions that send pieces of random sizes both ways at once, end their directions
 * in any order, some before their first byte, and by resets in the midst. {@code
 * -Dfairlead.transferBytes} sets how much each of them moves in all.
 *
 * <p>A failure would be another digest, an end in place of a reset, or a descriptor that stays.
 */
@Tag("slow")
class RandomTransfersIT {
  private static final long SEED = 20_261_129;
  private static final long BYTES = Long.getLong("fairlead.transferBytes", 512L << 20);
  private static final long WARM_UP = 64 << 20;
  private static final int THREADS = 4;
  private static final int MOST_PIECE = 256 * 1024;
  private static final int RESETS_OF = 8;

  /** Some threads of the JVM come and go, and so do the connections of the admin listener. */
  private static final int MOST_DESCRIPTORS = 5;

  @TempDir private Path directory;

  /** What the backends of sessions have seen, by the number of the session. */
  private final Map<Long, CompletableFuture<Seen>> atBackend = new ConcurrentHashMap<>();

  private final ExecutorService senders = Executors.newCachedThreadPool();

  /** What one session does: the bytes of each direction, and who resets it after how many. */
  private record Plan(long seed, long up, long down, boolean reset, boolean byClient, long after) {
    static Plan of(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      long up = amount(random);
      long down = amount(random);
      boolean byClient = random.nextBoolean();
      long all = byClient ? down : up;
      boolean reset = random.nextInt(RESETS_OF) == 0 && all > MOST_PIECE;
      return new Plan(seed, up, down, reset, byClient, reset ? random.nextLong(all / 2) + 1 : 0);
    }

    /** Nothing, little or much. */
    private static long amount(SplittableRandom random) {
      return switch (random.nextInt(4)) {
        case 0 -> 0;
        case 1 -> random.nextInt(10_000);
        case 2 -> random.nextInt(4 << 20);
        default -> random.nextInt(48 << 20);
      };
    }
  }

  /** Digests of one side; null = that direction ended by a reset. */
  private record Seen(String sent, String received) {}

  @AfterEach
  void stop() {
    senders.shutdownNow();
  }

  @ParameterizedTest(name = "{0}, splice: {1}")
  @CsvSource({"epoll,true", "epoll,false", "io_uring,true", "nio,true"})
  void whatArrivesIsWhatWasSent(String transport, boolean splice) throws Exception {
    try (TestBackend backend = TestBackend.serving(this::serve);
        FairleadProcess proxy =
            Launch.run(
                    config(backend),
                    "--set",
                    "node.transport=" + transport,
                    "--set",
                    "node.splice=" + splice)
                .startReady(directory)) {
      SocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port("web"));
      transferAll(address, WARM_UP, SEED);
      long before = descriptors(proxy);
      long sessions = transferAll(address, BYTES, SEED + 1);
      await().until(() -> proxy.json("/api/v1/status").getInteger("sessions") == 0);
      System.out.printf(
          "%s, splice: %s: %,d bytes in %,d sessions, descriptors %d -> %d%n",
          transport, splice, BYTES, sessions, before, descriptors(proxy));
      await()
          .untilAsserted(
              () -> assertThat(descriptors(proxy)).isLessThanOrEqualTo(before + MOST_DESCRIPTORS));
      assertThat(proxy.logged(" ERROR ")).isZero();
    }
  }

  private Path config(TestBackend backend) throws IOException {
    return ConfigFixture.file(
        directory,
        """
        node: { accessLog: { to: off } }
        listeners: [{ name: web, bind: "127.0.0.1:0", pool: web }]
        pools: [{ name: web, outlier: off, backends: [{ %s }] }]
        """
            .formatted(backend.keys()));
  }

  /** Returns the number of sessions. */
  private long transferAll(SocketAddress address, long bytes, long seed) throws Exception {
    AtomicLong next = new AtomicLong(seed << 32);
    AtomicLong moved = new AtomicLong();
    try (Background background = new Background()) {
      List<Future<Void>> clients = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        clients.add(
            background.start(
                () -> {
                  while (moved.get() < bytes) {
                    Plan plan = Plan.of(next.getAndIncrement());
                    transfer(address, plan);
                    moved.addAndGet(plan.up() + plan.down());
                  }
                  return null;
                }));
      }
      for (Future<Void> each : clients) {
        each.get();
      }
    }
    return next.get() - (seed << 32);
  }

  private void transfer(SocketAddress address, Plan plan) throws Exception {
    CompletableFuture<Seen> there = new CompletableFuture<>();
    atBackend.put(plan.seed(), there);
    try (TestConnection client = TestClient.connect(address)) {
      client.send(ByteBuffer.allocate(Long.BYTES).putLong(plan.seed()).array());
      Seen here = exchange(client, plan, plan.up(), plan.reset() && plan.byClient());
      Seen other = there.get();
      if (plan.reset()) {
        // Whoever did not reset must not take a part for the whole; a write of its own that has
        // received the error makes the end of its input look like a FIN.
        Seen victim = plan.byClient() ? other : here;
        assertThat(victim.sent() == null ? null : victim.received()).as("%s", plan).isNull();
      } else {
        assertThat(here.received()).as("down of %s", plan).isNotNull().isEqualTo(other.sent());
        assertThat(other.received()).as("up of %s", plan).isNotNull().isEqualTo(here.sent());
      }
    } finally {
      atBackend.remove(plan.seed());
    }
  }

  private void serve(TestConnection server) throws Exception {
    Plan plan = Plan.of(ByteBuffer.wrap(server.readExactly(Long.BYTES)).getLong());
    CompletableFuture<Seen> seen = atBackend.get(plan.seed());
    try {
      seen.complete(exchange(server, plan, plan.down(), plan.reset() && !plan.byClient()));
    } catch (Exception e) {
      seen.completeExceptionally(e);
    }
  }

  private Seen exchange(TestConnection connection, Plan plan, long bytes, boolean resets)
      throws Exception {
    if (resets) { // sends nothing: a close during a write is none
      connection.readExactly((int) plan.after());
      connection.reset();
      return new Seen(null, null);
    }
    long seed = plan.seed() * 31 + bytes;
    Future<String> sending = senders.submit(() -> send(connection, seed, bytes));
    String received = null;
    try {
      received = receive(connection);
    } catch (IOException e) {
      assertThat(plan.reset()).as("%s of %s", e, plan).isTrue();
    }
    return new Seen(sending.get(), received);
  }

  /** Pieces of random sizes, then a FIN; null = the peer has reset the connection. */
  private static String send(TestConnection to, long seed, long bytes) {
    SplittableRandom random = new SplittableRandom(seed);
    MessageDigest digest = sha256();
    try {
      for (long left = bytes; left > 0; ) {
        byte[] piece = new byte[(int) Math.min(left, 1 + random.nextInt(MOST_PIECE))];
        random.nextBytes(piece);
        digest.update(piece);
        to.send(piece);
        left -= piece.length;
      }
      to.finish();
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException reset) {
      return null;
    }
  }

  private static String receive(TestConnection from) throws IOException {
    MessageDigest digest = sha256();
    for (byte[] some = from.readSome(MOST_PIECE);
        some.length > 0;
        some = from.readSome(MOST_PIECE)) {
      digest.update(some);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** But for pipes, of which the event loops keep some for the next stream. */
  private static long descriptors(FairleadProcess proxy) {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + proxy.process().pid() + "/fd"))) {
      return all.filter(each -> !Descriptors.isPipe(each)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
