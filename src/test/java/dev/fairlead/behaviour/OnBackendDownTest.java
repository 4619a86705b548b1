package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensured: with {@code onBackendDown: close}, the sessions that have not been cut yet stay when the
 * reason is gone: the backend is up or configured again, or the pool keeps its sessions.
 *
 * <p>Provoked: a backend whose sessions are being cut, until the first one is. Then the reason goes
 * away, and the sessions of another pool are cut: once those are gone, so would the first ones be.
 *
 * <p>A failure looks like: clients of a healthy backend that are cut off.
 */
@Logs("BackendHealth - backend ")
class OnBackendDownTest {
  private static final int CLIENTS = 40;
  private static final String CLOSE = "onBackendDown: close";

  private final List<TestConnection> clients = new ArrayList<>();

  /** The pools {@code web} and {@code other}, each with its listener. */
  private static String config(String web, String other) {
    return """
        listeners:
          - { name: web, bind: "127.0.0.1:0", pool: web }
          - { name: other, bind: "127.0.0.1:0", pool: other }
        pools:
          - { name: web, outlier: off, %s }
          - { name: other, %s }
        """
        .formatted(web, other);
  }

  private static String backends(TestBackend... all) {
    List<String> keys = new ArrayList<>();
    for (TestBackend each : all) {
      keys.add("{ " + each.keys() + " }");
    }
    return ", backends: [" + String.join(", ", keys) + "]";
  }

  private static TestMember start(String config) {
    return MemberSetup.on(TransportKind.NIO).start(config);
  }

  private void connect(TestMember member, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      for (String listener : List.of("web", "other")) {
        TestConnection client = TestClient.connect(member.address(listener));
        clients.add(client);
        client.send("a");
        client.expect("a");
      }
    }
  }

  private static int sessions(TestMember member, String pool) {
    return (int) member.sessions().stream().map(SessionRecord::pool).filter(pool::equals).count();
  }

  private static void awaitFirstCut(TestMember member) {
    await().until(() -> sessions(member, "web") < CLIENTS);
  }

  @AfterEach
  void disconnect() throws Exception {
    for (TestConnection each : clients) {
      each.close();
    }
  }

  @Test
  void backendThatIsUpAgainKeepsTheSessionsNotYetCut() throws Exception {
    TestBackend probed = TestBackend.echo();
    SocketAddress address = probed.address();
    String health =
        ", health: { type: tcp, interval: 20ms, rise: 1, fall: 1, port: " + probed.port() + " }";
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            start(config(CLOSE + health + backends(backend), CLOSE + backends(backend)))) {
      connect(member, CLIENTS);
      probed.close();
      awaitFirstCut(member);
      try (TestBackend again = TestBackend.serving(connection -> {}, address)) {
        await().until(() -> member.backend(0).isHealthy());
        int left = sessions(member, "web");
        member.reload(config(CLOSE + health + backends(backend), CLOSE + backends()));
        await().until(() -> sessions(member, "other") == 0);
        assertThat(sessions(member, "web")).isEqualTo(left);
        assertThat(again.accepted()).isPositive();
      }
    }
  }

  @Test
  void backendThatIsBackBeforeCloseAfterKeepsAllSessions() throws Exception {
    String late = CLOSE + ", closeAfter: 1h, closeSpread: 10ms";
    String soon = CLOSE + ", closeSpread: 10ms";
    try (TestBackend backend = TestBackend.echo();
        TestMember member = start(config(late + backends(backend), soon + backends(backend)))) {
      connect(member, CLIENTS);
      member.reload(config(late + backends(), soon + backends()));
      await().until(() -> sessions(member, "other") == 0);
      assertThat(sessions(member, "web")).isEqualTo(CLIENTS);
      member.reload(config(late + backends(backend), soon + backends(backend)));
      // Only the plan of the removal would have waited.
      member.reload(config(soon + backends(backend), soon + backends()));
      assertThat(sessions(member, "web")).isEqualTo(CLIENTS);
    }
  }

  @Test
  void sessionsAreCutFromCloseAfterOnOverCloseSpread() throws Exception {
    String keys = CLOSE + ", closeAfter: 1500ms, closeSpread: 1500ms";
    try (TestBackend backend = TestBackend.echo();
        TestMember member = start(config(keys + backends(backend), CLOSE + backends(backend)))) {
      connect(member, CLIENTS);
      long began = System.nanoTime();
      member.reload(config(keys + backends(), CLOSE + backends(backend)));
      awaitFirstCut(member);
      long first = System.nanoTime() - began;
      await().until(() -> sessions(member, "web") == 0);
      long last = System.nanoTime() - began;
      assertThat(Duration.ofNanos(first)).isGreaterThan(Duration.ofMillis(1_400));
      assertThat(Duration.ofNanos(last)).isGreaterThan(Duration.ofMillis(2_700));
    }
  }

  @Test
  void backendThatIsPutBackKeepsTheSessionsNotYetCut() throws Exception {
    try (TestBackend backend = TestBackend.echo()) {
      String both = CLOSE + backends(backend);
      expectKept(config(both, both), config(CLOSE + backends(), both), both);
    }
  }

  @Test
  void poolThatIsPutBackKeepsTheSessionsNotYetCut() throws Exception {
    try (TestBackend backend = TestBackend.echo()) {
      String both = CLOSE + backends(backend);
      String without =
          config(both, both)
              .replace("pool: web", "pool: other")
              .replaceAll(".*name: web, outlier.*\n", "");
      expectKept(config(both, both), without, both);
    }
  }

  @Test
  void poolThatKeepsItsSessionsFromNowOnKeepsThoseNotYetCut() throws Exception {
    try (TestBackend backend = TestBackend.echo()) {
      String both = CLOSE + backends(backend);
      expectKept(
          config(both, both), config(CLOSE + backends(), both), "onBackendDown: keep" + backends());
    }
  }

  /** {@code removal} has the first sessions cut, and none any more once the pool is {@code web}. */
  private void expectKept(String before, String removal, String web) throws Exception {
    try (TestMember member = start(before)) {
      connect(member, CLIENTS);
      member.reload(removal);
      awaitFirstCut(member);
      member.reload(config(web, CLOSE + backends()));
      await().until(() -> sessions(member, "other") < CLIENTS);
      int left = sessions(member, "web");
      await().until(() -> sessions(member, "other") == 0);
      assertThat(sessions(member, "web")).isEqualTo(left);
    }
  }
}
