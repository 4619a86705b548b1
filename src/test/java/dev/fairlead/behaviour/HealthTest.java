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
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensured: backends take sessions by what probes and sessions find, and not longer or shorter.
 *
 * <p>Provoked: real backends that go, come back, answer wrongly or reset, with short intervals.
 *
 * <p>A failure looks like: a client at a backend that is down, or none at one that is healthy.
 */
@Logs({" is down: ", "is ejected for"})
class HealthTest {
  private static final String FAST = "interval: 100ms, timeout: 500ms, rise: 2, fall: 2";

  private static MemberSetup setup(String... pool) {
    return MemberSetup.on(TransportKind.NIO).pool(pool);
  }

  private static void awaitHealthy(TestMember member, int backend, boolean healthy) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> member.backend(backend).isHealthy() == healthy);
  }

  /** Waits until a new client receives {@code text}. */
  private static void awaitAnswer(TestMember member, String text) {
    await().pollInterval(Duration.ofMillis(10)).until(() -> TestClient.ask(member).equals(text));
  }

  @EveryTransport
  void aBackendThatGoesIsOutAndOneThatComesBackIsIn(TransportKind transport) throws Exception {
    try (TestBackend stays = TestBackend.saying("stays")) {
      TestBackend goes = TestBackend.saying("goes");
      SocketAddress address = goes.address();
      try (TestMember member =
          MemberSetup.on(transport)
              .pool("balance: least-connections", "health: { type: tcp, " + FAST + " }")
              .backends(goes, stays)
              .start()) {
        goes.close();
        awaitHealthy(member, 0, false);
        assertThat(member.json("/api/v1/pools").encode()).contains("\"healthy\":false");
        assertThat(
                member.metric(
                    "fairlead_backend_healthy{backend=\""
                        + member.backend(0).id()
                        + "\",pool=\"web\"}"))
            .isZero();
        assertThat(member.json("/api/v1/explain?listener=web").encode()).contains("down:");
        try (TestBackend back =
            TestBackend.serving(connection -> connection.send("back"), address)) {
          awaitHealthy(member, 0, true);
          awaitAnswer(member, "back");
          assertThat(back.accepted()).isPositive();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http, http: { status: '200' } | HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n | true",
        "http, http: { status: '204,300-399' } | HTTP/1.1 302 Found\\r\\n\\r\\n | true",
        "http | HTTP/1.1 503 Busy\\r\\n\\r\\n | false",
        "http | what? | false",
        "expect, expect: { receive: '+PONG' } | xx+PONGyy | true",
        "expect, expect: { receive: '+PONG' } | -ERR | false"
      })
  void theAnswerDecides(String check, String answer, boolean healthy) throws Exception {
    String text = answer.replace("\\r\\n", "\r\n");
    try (TestBackend backend = TestBackend.serving(connection -> answer(connection, text));
        TestMember member =
            setup("health: { type: " + check.strip() + ", " + FAST + " }")
                .backends(backend)
                .start()) {
      awaitProbes(backend);
      awaitHealthy(member, 0, healthy);
    }
  }

  private static void awaitProbes(TestBackend backend) {
    await().until(() -> backend.accepted() >= 3);
  }

  private static void answer(TestConnection connection, String text) throws IOException {
    connection.send(text);
    Scripts.silent(connection);
  }

  @Test
  void anExpectProbeSaysWhatItIsTold() throws Exception {
    AtomicReference<String> said = new AtomicReference<>("");
    TestBackend.Script pong =
        connection -> {
          connection.expect("PING\r\n");
          said.set("PING");
          answer(connection, "+PONG\r\n");
        };
    try (TestBackend backend = TestBackend.serving(pong);
        TestMember member =
            setup(
                    "health: { type: expect, "
                        + FAST
                        + ", expect: { send: 'PING\\r\\n', receive: +PONG } }")
                .backends(backend)
                .start()) {
      awaitProbes(backend);
      assertThat(member.backend(0).isHealthy()).isTrue();
      assertThat(said.get()).isEqualTo("PING");
    }
  }

  @Test
  void anotherPortCanBeProbed() throws Exception {
    try (TestBackend backend = TestBackend.saying("hello")) {
      TestBackend probed = TestBackend.echo();
      try (TestMember member =
          setup("health: { type: tcp, port: " + probed.port() + ", " + FAST + " }")
              .backends(backend)
              .start()) {
        awaitProbes(probed);
        assertThat(backend.accepted()).isZero();
        probed.close();
        awaitHealthy(member, 0, false);
        awaitAnswer(member, "");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"refuse, ''", "try-all, hello"})
  void withNoHealthyBackendClientsAreRefusedOrEveryOneIsTried(String whenDown, String answer)
      throws Exception {
    try (TestBackend backend = TestBackend.saying("hello");
        TestMember member =
            setup("whenDown: " + whenDown, "health: { type: http, " + FAST + " }")
                .backends(backend)
                .start()) {
      awaitHealthy(member, 0, false);
      awaitAnswer(member, answer);
    }
  }

  @Test
  void sessionsOfABackendThatIsDownAreClosedWhereThatIsWanted() throws Exception {
    TestBackend probed = TestBackend.echo();
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            setup(
                    "onBackendDown: close",
                    "health: { type: tcp, port: " + probed.port() + ", " + FAST + " }")
                .accessLog()
                .backends(backend)
                .start();
        TestConnection client = TestClient.connect(member)) {
      client.send("a");
      client.expect("a");
      probed.close();
      client.expectEnd();
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("backend-down");
    }
  }

  @Test
  void sessionsOfARemovedBackendAreClosedWhereThatIsWanted() throws Exception {
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo()) {
      MemberSetup setup = setup("onBackendDown: close").accessLog().backends(first);
      try (TestMember member = setup.start();
          TestConnection client = TestClient.connect(member)) {
        client.send("a");
        client.expect("a");
        member.reload(setup("onBackendDown: close").backends(second).dynamicPart());
        client.expectEnd();
        assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("backend-removed");
      }
    }
  }

  @Test
  void aBackendThatResetsEverySessionIsEjectedAndReturns() throws Exception {
    try (TestBackend broken = TestBackend.serving(Scripts::reset);
        TestBackend well = TestBackend.saying("well");
        TestMember member =
            setup("balance: round-robin", "outlier: { failures: 2, ejection: 5s }")
                .backends(broken, well)
                .start()) {
      await()
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                askQuietly(member);
                return member.backend(0).isEjected();
              });
      assertThat(member.json("/api/v1/explain?listener=web").encode()).contains("ejected");
      await().until(() -> !member.backend(0).isEjected());
    }
  }

  private static void askQuietly(TestMember member) {
    try {
      TestClient.ask(member);
    } catch (IOException reset) {
      // As the backend did.
    }
  }

  @Test
  void drainingBackendsAreProbedAndDisabledOnesAreNot() throws Exception {
    try (TestBackend draining = TestBackend.echo();
        TestBackend disabled = TestBackend.echo();
        TestMember member =
            setup("health: { type: tcp, " + FAST + " }")
                .backend(draining, "state: draining")
                .backend(disabled, "state: disabled")
                .start()) {
      awaitProbes(draining);
      assertThat(disabled.accepted()).isZero();
      assertThat(member.backend(1).isHealthy()).isTrue();
    }
  }

  @Test
  void aBackupStepsInWhenThePrimaryIsDown() throws Exception {
    TestBackend primary = TestBackend.saying("primary");
    try (TestBackend backup = TestBackend.saying("backup");
        TestMember member =
            setup("health: { type: tcp, " + FAST + " }")
                .backends(primary)
                .backend(backup, "backup: true")
                .start()) {
      assertThat(TestClient.ask(member)).isEqualTo("primary");
      primary.close();
      awaitHealthy(member, 0, false);
      awaitAnswer(member, "backup");
    }
  }

  @Test
  void aPlainBackendFailsATlsProbe() throws Exception {
    try (TestBackend plain = TestBackend.echo();
        TestMember member = setup("health: { type: tls, " + FAST + " }").backends(plain).start()) {
      awaitHealthy(member, 0, false);
    }
  }

  @Test
  void aBackendThatJoinsARunningPoolBeginsWithASmallShare() throws Exception {
    try (TestBackend first = TestBackend.saying("first");
        TestBackend second = TestBackend.saying("second")) {
      String[] slow = {"balance: round-robin", "slowStart: 1h"};
      try (TestMember member = setup(slow).backends(first).start()) {
        member.reload(setup(slow).backends(first, second).dynamicPart());
        for (int i = 0; i < 42; i++) {
          assertThat(TestClient.ask(member)).isIn("first", "second");
        }
        // One of 21 each: a twentieth of the other's share.
        assertThat(second.accepted()).isEqualTo(2);
      }
    }
  }
}
