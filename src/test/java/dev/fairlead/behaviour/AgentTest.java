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
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Ensured: sessions go by what the agents of backends say.
 *
 * <p>Provoked: an agent that says one word after the other, goes and comes back; both backends have
 * the same address, so one agent, except where the second is another address of this machine.
 *
 * <p>A failure looks like: a client at a backend whose agent wants none, or none at one that is
 * ready.
 */
@Logs(" is down: ")
class AgentTest {
  private final AtomicReference<String> says = new AtomicReference<>("ready up 100%\n");

  private TestBackend agent() throws Exception {
    return TestBackend.serving(connection -> connection.send(says.get()));
  }

  private static MemberSetup setup(TransportKind transport, TestBackend agent, String... more) {
    String[] pool = new String[more.length + 1];
    System.arraycopy(more, 0, pool, 0, more.length);
    pool[more.length] = "agent: { port: " + agent.port() + ", interval: 50ms, timeout: 500ms }";
    return MemberSetup.on(transport).pool(pool);
  }

  private static void awaitAgent(TestMember member, String text) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(member.backend(0).agent().text()).isEqualTo(text));
  }

  private static void awaitAnswer(TestMember member, String text) {
    await().pollInterval(Duration.ofMillis(10)).until(() -> TestClient.ask(member).equals(text));
  }

  @EveryTransport
  void drainMaintAndDownTakeABackendOutAndReadyAndUpBringItBack(TransportKind transport)
      throws Exception {
    try (TestBackend agent = agent();
        TestBackend backend = TestBackend.saying("hello");
        TestMember member =
            setup(transport, agent, "replies: { noBackend: none }").backends(backend).start()) {
      awaitAnswer(member, "hello");
      for (String out : new String[] {"drain", "maint", "0%", "failed # disk full"}) {
        says.set(out + "\r\n");
        awaitAnswer(member, "none");
        String why = member.json("/api/v1/explain?listener=web").encode();
        assertThat(why).contains("its agent says").contains(out);
        says.set("up ready 100%");
        awaitAnswer(member, "hello");
      }
    }
  }

  @Test
  void aSilentAgentIsBelievedAsBefore() throws Exception {
    TestBackend agent = agent();
    SocketAddress address = agent.address();
    try (TestBackend backend = TestBackend.saying("hello");
        TestMember member =
            setup(TransportKind.NIO, agent, "replies: { noBackend: none }")
                .backends(backend)
                .start()) {
      says.set("drain 40%\n");
      awaitAgent(member, "40% drain up");
      agent.close();
      await().during(Duration.ofMillis(500)).until(() -> TestClient.ask(member).equals("none"));
      try (TestBackend back =
          TestBackend.serving(connection -> connection.send("ready\n"), address)) {
        awaitAgent(member, "40% ready up");
        assertThat(back.accepted()).isPositive();
      }
    }
  }

  @Test
  void aPercentageScalesTheWeight() throws Exception {
    try (TestBackend agent = agent();
        TestBackend first = TestBackend.saying("first");
        TestBackend second =
            TestBackend.serving(
                connection -> connection.send("second"), new InetSocketAddress("127.0.0.2", 0));
        TestMember member =
            setup(TransportKind.NIO, agent, "balance: round-robin")
                .backends(first, second)
                .start()) {
      says.set("25%\n");
      awaitAgent(member, "25% ready up");
      awaitWeights(member);
      Map<String, Integer> answers = new HashMap<>();
      for (int i = 0; i < 50; i++) {
        answers.merge(TestClient.ask(member), 1, Integer::sum);
      }
      assertThat(answers).containsEntry("first", 10).containsEntry("second", 40);
      assertThat(member.json("/api/v1/pools").encode()).contains("\"weightPercent\":25");
    }
  }

  /** The choice follows the status a moment later: until four of five go to the second. */
  private static void awaitWeights(TestMember member) {
    await()
        .until(
            () -> {
              int first = 0;
              for (int i = 0; i < 5; i++) {
                first += TestClient.ask(member).equals("first") ? 1 : 0;
              }
              return first == 1;
            });
  }

  @Test
  void maxconnIsTheLimitOfTheBackend() throws Exception {
    try (TestBackend agent = agent();
        TestBackend backend = TestBackend.serving(Scripts::silent);
        TestMember member = setup(TransportKind.NIO, agent).backends(backend).start()) {
      says.set("maxconn:1\n");
      awaitAgent(member, "100% maxconn:1 ready up");
      try (TestConnection one = TestClient.connect(member)) {
        one.send("hello");
        await().until(() -> member.backend(0).active() == 1);
        await().until(() -> !member.backend(0).hasRoom());
        assertThat(TestClient.ask(member)).as("of one too many").isEmpty();
        says.set("maxconn:0\n");
        await().until(() -> member.backend(0).hasRoom());
      }
    }
  }
}
