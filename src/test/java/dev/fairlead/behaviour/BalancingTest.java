package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensured: each way of balancing does what its name says, as seen by the backends.
 *
 * <p>Provoked: clients one after the other, or held open, at backends of different weight and
 * state.
 *
 * <p>A failure looks like: shares that do not follow the weights, or a session at a backend that
 * takes none.
 */
class BalancingTest {
  private static final int CLIENTS = 400;

  @EveryTransport
  void roundRobinFollowsTheWeightsExactly(TransportKind transport) throws Exception {
    try (TestBackend heavy = TestBackend.saying("h");
        TestBackend light = TestBackend.saying("l");
        TestMember member = threeToOne(transport, "round-robin", heavy, light)) {
      ask(member, CLIENTS);
      assertThat(heavy.accepted()).isEqualTo(CLIENTS * 3 / 4);
      assertThat(light.accepted()).isEqualTo(CLIENTS / 4);
    }
  }

  @EveryTransport
  void weightedRandomFollowsTheWeightsRoughly(TransportKind transport) throws Exception {
    try (TestBackend heavy = TestBackend.saying("h");
        TestBackend light = TestBackend.saying("l");
        TestMember member = threeToOne(transport, "weighted-random", heavy, light)) {
      ask(member, CLIENTS);
      // Six standard deviations of a binomial share: 6 * sqrt(400 * 3/4 * 1/4) = 52.
      assertThat(heavy.accepted()).isBetween(CLIENTS * 3 / 4 - 52, CLIENTS * 3 / 4 + 52);
      assertThat(heavy.accepted() + light.accepted()).isEqualTo(CLIENTS);
    }
  }

  @EveryTransport
  void sourceHashKeepsOneAddressAtOneBackend(TransportKind transport) throws Exception {
    try (TestBackend first = TestBackend.saying("1");
        TestBackend second = TestBackend.saying("2");
        TestBackend third = TestBackend.saying("3");
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: source-hash")
                .backends(first, second, third)
                .start()) {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String source = "127.0.0." + (2 + i % 20);
        try (TestConnection client = TestClient.connectFrom(source, member)) {
          answers.add(client.readText());
        }
      }
      assertThat(answers.subList(0, 20)).isEqualTo(answers.subList(20, 40));
      assertThat(answers).contains("1", "2", "3");
    }
  }

  @EveryTransport
  void leastConnectionsEvensOutWhatIsHeld(TransportKind transport) throws Exception {
    try (TestBackend first = TestBackend.manual();
        TestBackend second = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: least-connections")
                .backends(first, second)
                .start()) {
      List<TestConnection> held = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        held.add(TestClient.connect(member));
        member.awaitSessions(i);
        assertThat(member.backend(0).active() - member.backend(1).active()).isBetween(-1, 1);
      }
      for (TestConnection client : held) {
        client.close();
      }
      member.awaitSessions(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"weight: 0", "state: draining", "state: disabled"})
  void backendThatTakesNoSessionsGetsNone(String keys) throws Exception {
    for (String balance :
        List.of(
            "weighted-random", "round-robin", "least-connections", "two-choices", "source-hash")) {
      try (TestBackend closed = TestBackend.saying("closed");
          TestBackend open = TestBackend.saying("open");
          TestMember member =
              MemberSetup.on(TransportKind.NIO)
                  .pool("balance: " + balance)
                  .backend(closed, keys)
                  .backends(open)
                  .start()) {
        ask(member, 30);
        assertThat(closed.accepted()).as(balance).isZero();
        assertThat(open.accepted()).as(balance).isEqualTo(30);
      }
    }
  }

  private static TestMember threeToOne(
      TransportKind transport, String balance, TestBackend heavy, TestBackend light) {
    return MemberSetup.on(transport)
        .pool("balance: " + balance)
        .backend(heavy, "weight: 3")
        .backend(light, "weight: 1")
        .start();
  }

  private static void ask(TestMember member, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertThat(TestClient.ask(member)).isNotEmpty();
    }
  }
}
