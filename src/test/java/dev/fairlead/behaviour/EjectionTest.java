package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Ensured: an ejected backend that works again, or has left its pool, takes sessions before the
 * time of its ejection is over.
 *
 * <p>Provoked: a backend that resets every session until it is ejected, for an hour where the test
 * does not need the time.
 *
 * <p>A failure looks like: a new process without clients because of what the old one did.
 */
@Logs({" is down: ", "is ejected for"})
class EjectionTest {
  private static final String AN_HOUR = "outlier: { failures: 2, ejection: 1h }";

  private final AtomicBoolean broken = new AtomicBoolean(true);

  private TestBackend flaky() throws IOException {
    return TestBackend.serving(
        connection -> {
          if (broken.get()) {
            Scripts.reset(connection);
          } else {
            connection.send("works");
          }
        });
  }

  private static MemberSetup setup(TransportKind transport, String... pool) {
    return MemberSetup.on(transport).pool("balance: round-robin").pool(pool);
  }

  private static void awaitEjection(TestMember member) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              askQuietly(member);
              return member.backend(0).isEjected();
            });
  }

  private static void askQuietly(TestMember member) {
    try {
      TestClient.ask(member);
    } catch (IOException reset) {
      // As the backend did.
    }
  }

  private static void awaitReturn(TestMember member) {
    await().until(() -> !member.backend(0).isEjected());
  }

  @EveryTransport
  void oneSessionTriesABackendThatIsNotProbed(TransportKind transport) throws Exception {
    try (TestBackend flaky = flaky();
        TestBackend well = TestBackend.saying("well");
        TestMember member =
            setup(transport, "outlier: { failures: 2, ejection: 10s }")
                .backends(flaky, well)
                .start()) {
      awaitEjection(member);
      broken.set(false);
      int before = flaky.accepted();
      await()
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                boolean ejected = member.backend(0).isEjected();
                assertThat(TestClient.ask(member)).isIn("works", "well");
                return !ejected;
              });
      assertThat(flaky.accepted()).isGreaterThan(before);
    }
  }

  @Test
  void probesThatPassTakeItBack() throws Exception {
    String health = "health: { type: tcp, interval: 100ms, timeout: 10s }";
    try (TestBackend flaky = flaky();
        TestBackend well = TestBackend.saying("well");
        TestMember member =
            setup(TransportKind.NIO, AN_HOUR, health).backends(flaky, well).start()) {
      awaitEjection(member);
      broken.set(false);
      awaitReturn(member);
    }
  }

  @Test
  void probesThatComeWithAReloadTakeItBack() throws Exception {
    String health = "health: { type: tcp, interval: 100ms, timeout: 10s }";
    try (TestBackend flaky = flaky();
        TestBackend well = TestBackend.saying("well");
        TestMember member = setup(TransportKind.NIO, AN_HOUR).backends(flaky, well).start()) {
      awaitEjection(member);
      broken.set(false);
      member.reload(setup(TransportKind.NIO, AN_HOUR, health).backends(flaky, well).dynamicPart());
      awaitReturn(member);
    }
  }

  @Test
  void oneThatLeavesThePoolComesBackWithoutItsEjection() throws Exception {
    try (TestBackend flaky = flaky();
        TestBackend well = TestBackend.saying("well");
        TestMember member = setup(TransportKind.NIO, AN_HOUR).backends(flaky, well).start()) {
      awaitEjection(member);
      broken.set(false);
      member.reload(setup(TransportKind.NIO, AN_HOUR).backends(well).dynamicPart());
      member.reload(setup(TransportKind.NIO, AN_HOUR).backends(flaky, well).dynamicPart());
      assertThat(member.backend(0).isEjected()).isFalse();
      assertThat(TestClient.ask(member) + TestClient.ask(member)).contains("works");
      assertThat(member.backend(0).failuresInRow()).isZero();
    }
  }
}
