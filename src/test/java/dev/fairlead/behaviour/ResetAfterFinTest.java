package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Ensured: a reset after a FIN ends the session at once, whatever it waits for, is passed on as a
 * reset, and leaves nothing behind.
 *
 * <p>Provoked: one side sends, finishes, and closes with SO_LINGER 0 while nothing is written to
 * it; the time-outs are too long to help.
 *
 * <p>A failure looks like: a session that stays, or a peer that is not reset.
 */
class ResetAfterFinTest {
  private static final String[] POOL = {
    "timeouts: { close: 1h, idle: 1h }", "connect: { timeout: 1h, attempts: 1 }", "outlier: off"
  };
  private static final String LISTENER =
      "limits: { connections: 1, queue: { size: 50, timeout: 1h } }";

  @EveryTransport
  void clientsResetAfterItsFinReachesTheBackend(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on(transport).accessLog().backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = halfClosed(client, backend);
      client.reset();
      server.awaitReset();
      member.awaitSessions(0);
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("client-closed");
    }
  }

  @EveryTransport
  void backendsResetAfterItsFinReachesTheClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on(transport).accessLog().backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      server.send("x");
      server.finish();
      assertThat(client.readText()).isEqualTo("x");
      server.reset();
      client.awaitReset();
      member.awaitSessions(0);
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("backend-closed");
    }
  }

  @EveryTransport
  void manyResetsAfterAFinLeaveNoSession(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on(transport).backends(backend).start()) {
      List<TestConnection> clients = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        clients.add(TestClient.connect(member));
        halfClosed(clients.get(i), backend);
      }
      for (TestConnection client : clients) {
        client.reset();
      }
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void resetAfterTheFinEndsASessionThatWaitsForItsBackendToRead(TransportKind transport)
      throws Exception {
    try (TestBackend backend = TestBackend.manualWithSmallBuffer();
        TestMember member = on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member);
        Background background = new Background()) {
      TestConnection server = backend.next();
      background.start(() -> flood(client));
      await()
          .during(Duration.ofMillis(300))
          .until(new Unchanged(() -> member.session().bytesFromClient()));
      client.finish();
      client.reset();
      member.awaitSessions(0);
      expectResetAfterSome(server);
    }
  }

  @EveryTransport
  void resetAfterTheFinEndsASessionThatConnects(TransportKind transport) throws Exception {
    try (FullBackend backend = new FullBackend();
        TestMember member = on(transport).backend(backend.keys()).start();
        TestConnection client = TestClient.connect(member)) {
      client.send("x");
      client.finish();
      awaitRead(member, "x");
      client.reset();
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void resetAfterTheFinEndsASessionInTheListenersQueue(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on(transport).listener(LISTENER).backends(backend).start()) {
      resetInQueue(backend, member);
    }
  }

  @EveryTransport
  void resetAfterTheFinEndsASessionInThePoolsQueue(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on(transport).pool(LISTENER).backends(backend).start()) {
      resetInQueue(backend, member);
    }
  }

  @EveryTransport
  void resetAfterTheFinEndsASessionInABackendsQueue(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            on(transport)
                .pool("limits: { connectionsPerBackend: 1, queue: { size: 50, timeout: 1h } }")
                .backends(backend)
                .start()) {
      resetInQueue(backend, member);
    }
  }

  private static void resetInQueue(TestBackend backend, TestMember member) throws Exception {
    try (TestConnection served = TestClient.connect(member);
        TestConnection server = backend.next()) {
      TestConnection waiting = TestClient.connect(member);
      waiting.send("x");
      waiting.finish();
      member.awaitSessions(2);
      awaitRead(member, "x");
      waiting.reset();
      member.awaitSessions(1);
      served.send("y");
      server.expect("y");
    }
    member.awaitSessions(0);
    assertThat(backend.accepted()).isEqualTo(1);
  }

  private static MemberSetup on(TransportKind transport) {
    return MemberSetup.on(transport).pool(POOL);
  }

  private static TestConnection halfClosed(TestConnection client, TestBackend backend)
      throws Exception {
    client.send("x");
    client.finish();
    TestConnection server = backend.next();
    assertThat(server.readText()).isEqualTo("x");
    return server;
  }

  private static void awaitRead(TestMember member, String sent) {
    await()
        .until(
            () ->
                member.sessions().stream()
                    .anyMatch(session -> session.bytesFromClient() == sent.length()));
  }

  private static Void flood(TestConnection client) throws Exception {
    try {
      while (true) {
        client.send(new byte[64 * 1024]);
      }
    } catch (IOException finished) {
      return null;
    }
  }

  private static void expectResetAfterSome(TestConnection side) {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> {
              while (side.readSome(1000).length > 0) {
                // What had arrived before the cut.
              }
            })
        .hasMessageContaining("reset");
  }
}
