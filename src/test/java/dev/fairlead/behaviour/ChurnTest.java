package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

/**
 * Ensured: however sessions end, no count and no descriptor stays behind.
 *
 * <p>Provoked: short sessions, many at once, that end by FIN or RST of either side, before and
 * after a byte, at a backend that refuses, and with a peer that does not read.
 *
 * <p>A failure looks like: active counts above 0, or descriptors that grow with the sessions.
 */
@Logs("is ejected for 30s")
class ChurnTest {
  private static final int CLIENTS = 40;
  private static final int ROUNDS = 5;
  private static final int WAYS = 6;

  @EveryTransport
  void nothingIsLeftBehind(TransportKind transport) throws Exception {
    TestBackend.Script moody =
        connection -> {
          String mood = new String(connection.readSome(1), java.nio.charset.StandardCharsets.UTF_8);
          switch (mood) {
            case "r" -> connection.reset();
            case "f" -> connection.finish();
            case "m" -> connection.send(new byte[300_000]);
            default -> Scripts.echo(connection);
          }
        };
    try (TestBackend backend = TestBackend.serving(moody);
        ClosedPort closed = new ClosedPort();
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: round-robin")
                .backend(closed.keys())
                .backends(backend)
                .start();
        Background background = new Background()) {
      churn(member, background, 1);
      member.awaitSessions(0);
      long before = descriptors();
      churn(member, background, ROUNDS);
      member.awaitSessions(0);
      assertThat(member.backend(0).active()).isZero();
      assertThat(member.backend(1).active()).isZero();
      assertThat(member.view().listeners().get(0).active()).isZero();
      await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before + 5));
    }
  }

  private static void churn(TestMember member, Background background, int rounds) throws Exception {
    List<Future<Void>> all = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      all.add(
          background.start(
              () -> {
                for (int round = 0; round < rounds * WAYS; round++) {
                  once(member, round % WAYS);
                }
                return null;
              }));
    }
    for (Future<Void> each : all) {
      each.get();
    }
  }

  private static void once(TestMember member, int way) throws IOException {
    try (TestConnection client = TestClient.connect(member)) {
      switch (way) {
        case 0 -> client.finish();
        case 1 -> client.reset();
        case 2 -> {
          client.send("hello");
          client.finish();
          assertThat(client.readText()).isEqualTo("ello");
        }
        case 3 -> {
          client.send("r");
          client.expectReset();
        }
        case 4 -> {
          client.send("f");
          client.expectEof();
        }
        default -> {
          client.send("m");
          client.readSome(1);
          client.reset();
        }
      }
    }
  }

  private static long descriptors() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }
}
