package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensured: a pool refuses the share of its sessions that its {@code reject} has by weight, and no
 * more.
 *
 * <p>Provoked: clients one after the other, with each way of balancing, and with backends that fail
 * or are full.
 *
 * <p>A failure looks like: another share of refused clients, or a client refused because a backend
 * failed.
 */
class RejectTest {
  private static final int CLIENTS = 400;

  private static int served(TestMember member, int clients) throws Exception {
    int served = 0;
    for (int i = 0; i < clients; i++) {
      try (TestConnection client =
          TestClient.connectFrom("127.0." + i / 200 + "." + (2 + i % 200), member)) {
        served += client.readText().isEmpty() ? 0 : 1;
      } catch (IOException reset) {
        // Refused.
      }
    }
    return served;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "weighted-random",
        "round-robin",
        "least-connections",
        "two-choices",
        "source-hash"
      })
  void aShareOfTheSessionsIsRefused(String balance) throws Exception {
    try (TestBackend first = TestBackend.saying("1");
        TestBackend second = TestBackend.saying("2");
        TestMember member =
            MemberSetup.on(TransportKind.NIO)
                .pool("balance: " + balance)
                .backends(first, second)
                .backend("reject: true, weight: 2")
                .accessLog()
                .start()) {
      // Six standard deviations of a binomial share of one half.
      assertThat(served(member, CLIENTS)).isCloseTo(CLIENTS / 2, within(60));
      assertThat(member.refused("reject")).isCloseTo(CLIENTS / 2, within(60));
      JsonObject line =
          member.accessLog(CLIENTS).stream()
              .filter(each -> each.getString("reason").equals("reject"))
              .findFirst()
              .orElseThrow();
      assertThat(line.getString("backend")).isEqualTo("reject");
      assertThat(member.backend(2).id()).isEqualTo("reject");
      assertThat(member.backend(2).active()).isZero();
    }
  }

  @EveryTransport
  void refusedClientsGetTheEndThatTheListenerHas(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.saying("1");
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: round-robin")
                .listener("limits: { refuseWith: rst }")
                .backend(backend, "")
                .backend("reject: true, weight: 1000")
                .start()) {
      assertThat(served(member, 20)).isLessThan(3);
    }
  }

  @EveryTransport
  void clientsOfAFailedBackendAreServedByTheOther(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.saying("1");
        ClosedPort closed = new ClosedPort();
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: round-robin", "outlier: off")
                .backend(backend, "")
                .backend("host: 127.0.0.1, port: " + closed.port())
                .backend("reject: true, weight: 2")
                .start()) {
      assertThat(served(member, 40)).isEqualTo(20);
    }
  }

  @EveryTransport
  void withoutABackendTheReasonIsThatThereIsNone(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.saying("1");
        TestMember member =
            MemberSetup.on(transport)
                .backend(backend, "state: disabled")
                .backend("reject: true")
                .start()) {
      assertThat(served(member, 5)).isZero();
      member.awaitRefused("no-backend", 5);
      assertThat(member.refused("reject")).isZero();
    }
  }
}
