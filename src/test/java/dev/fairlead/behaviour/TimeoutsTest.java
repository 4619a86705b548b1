package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Ensured: time-outs never fire early and at most 1 s late; idle and close count from the last byte
 * either way, and bytes that still move to a slow reader count.
 *
 * <p>Provoked: sessions that fall silent, half-close and fall silent, or never do; the clock runs
 * from just before the last byte is sent to when the client sees the end.
 *
 * <p>A failure looks like: an end before its time, no end, or a slow reader that is cut.
 */
class TimeoutsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** 1 s late as the contract allows, and 1 s for a busy machine. */
  private static final long LATE = 2 * SECOND;

  @EveryTransport
  void idleCountsFromTheLastByteEitherWay(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool("timeouts: { idle: 1s, jitter: 0% }")
                .backends(backend)
                .start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      client.send("a");
      server.expect("a");
      final long lastSent = System.nanoTime();
      server.send("b");
      client.expect("b");
      client.expectEof();
      expectAbout(lastSent, SECOND);
      server.expectEof();
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("idle-timeout");
    }
  }

  @EveryTransport
  void closeCountsOnceOneSideHasFinished(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool("timeouts: { idle: 1h, close: 1s, jitter: 0% }")
                .backends(backend)
                .start();
        TestConnection client = TestClient.connect(member)) {
      client.send("a");
      final long lastSent = System.nanoTime();
      client.finish();
      assertThat(backend.next().readText()).isEqualTo("a");
      client.expectEof();
      expectAbout(lastSent, SECOND);
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("close-timeout");
    }
  }

  @EveryTransport
  void maxDurationEndsASessionThatIsAlive(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool("timeouts: { maxDuration: 1s, jitter: 50% }")
                .backends(backend)
                .start()) {
      List<TestConnection> clients = new ArrayList<>();
      long before = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        clients.add(TestClient.connect(member));
      }
      for (TestConnection client : clients) {
        client.readText();
        assertThat(System.nanoTime() - before).isBetween(SECOND / 2, SECOND + LATE);
        client.close();
      }
      assertThat(member.accessLog(20))
          .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("max-duration"))
          .allSatisfy(line -> assertThat(line.getLong("durationMs")).isBetween(500L, 3000L))
          .extracting(line -> line.getLong("durationMs") / 100)
          .as("drawn, not all alike")
          .satisfies(each -> assertThat(each.stream().distinct().count()).isGreaterThan(1));
    }
  }

  @EveryTransport
  void readerThatIsSlowButAliveIsNotCut(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .pool("timeouts: { idle: 1s, close: 1s, jitter: 0% }")
                .backends(backend)
                .start();
        TestConnection client = TestClient.connectWithSmallBuffer(member);
        Background background = new Background()) {
      TestConnection server = backend.next();
      int all = 12_000_000;
      Future<?> sent =
          background.start(
              () -> {
                server.send(new byte[all]);
                server.finish();
                return null;
              });
      assertThat(readOver(client, all, 3 * SECOND)).isEqualTo(all);
      sent.get();
    }
  }

  /** Reads evenly, so that it takes {@code nanos}; to the EOF. */
  private static long readOver(TestConnection client, int all, long nanos) throws Exception {
    long start = System.nanoTime();
    long read = 0;
    int some;
    while ((some = client.readSome(40_000).length) > 0) {
      read += some;
      long pause = start + (long) ((double) read / all * nanos) - System.nanoTime();
      java.util.concurrent.locks.LockSupport.parkNanos(pause);
    }
    return read;
  }

  private static void expectAbout(long since, long nanos) {
    assertThat(System.nanoTime() - since).isBetween(nanos, nanos + LATE);
  }
}
