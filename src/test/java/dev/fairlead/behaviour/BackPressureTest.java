package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Ensured: a client that does not read costs at most 256 KiB of process memory while the backend is
 * open, and gets everything when it reads at last.
 *
 * <p>Provoked: 100 clients that read nothing, and a backend that sends 5 MB to each and closes.
 *
 * <p>A failure looks like: memory that grows with what the backend sends, or bytes that are
 * missing.
 */
class BackPressureTest {
  private static final int CLIENTS = 100;
  private static final int EACH = 5_000_000;
  private static final long MOST = CLIENTS * 256L * 1024;

  @EveryTransport
  void silentClientsCostLittleAndLoseNothing(TransportKind transport) throws Exception {
    CountDownLatch mayClose = new CountDownLatch(1);
    TestBackend.Script sender =
        connection -> {
          connection.send(new byte[EACH]);
          mayClose.await();
        };
    try (TestBackend backend = TestBackend.serving(sender);
        TestMember member =
            MemberSetup.on(transport).pool("timeouts: { close: 1h }").backends(backend).start()) {
      long before = directMemory();
      List<TestConnection> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(TestClient.connectWithSmallBuffer(member));
      }
      await()
          .during(Duration.ofMillis(500))
          .until(
              new Unchanged(
                  () -> member.sessions().stream().mapToLong(s -> s.bytesToClient()).sum()));
      long cost = directMemory() - before;
      assertThat(cost).as("bytes of direct memory").isLessThanOrEqualTo(MOST);
      mayClose.countDown();
      for (TestConnection client : clients) {
        assertThat(readAll(client)).isEqualTo(EACH);
        client.close();
      }
      member.awaitSessions(0);
    }
  }

  private static long readAll(TestConnection client) throws Exception {
    long read = 0;
    int some;
    while ((some = client.readSome(256 * 1024).length) > 0) {
      read += some;
    }
    return read;
  }

  private static long directMemory() {
    return PlatformDependent.usedDirectMemory();
  }
}
