package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Ensured: a reset is passed on as a reset, never as an EOF that would make a cut answer look
 * whole; what was read before it is delivered first, for at most 1 s.
 *
 * <p>Provoked: one side closes with SO_LINGER 0, with nothing, with much, or with more under way
 * than the other side will ever read.
 *
 * <p>A failure looks like: an EOF instead of a reset, bytes missing before it, or a session that
 * stays.
 */
class ResetTest {
  private static final int MUCH = 200 * 1024;
  private static final int PIECE = 1000;
  private static final int PORTION = 32 * 1024;

  /** 1 s by the contract, and 1 s for a busy machine. */
  @EveryTransport
  void clientsResetReachesTheBackend(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).accessLog().backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      client.send("x");
      server.expect("x");
      client.reset();
      server.expectReset();
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("client-reset");
    }
  }

  @EveryTransport
  void backendsResetReachesTheClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).accessLog().backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      server.send("x");
      client.expect("x");
      server.reset();
      client.expectReset();
      assertThat(member.accessLog(1).get(0).getString("reason")).isEqualTo("backend-reset");
    }
  }

  @EveryTransport
  void resetAfterTheOtherSidesFinIsStillAReset(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      client.send("question");
      client.finish();
      TestConnection server = backend.next();
      assertThat(server.readText()).isEqualTo("question");
      server.reset();
      client.expectReset();
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void clientThatGivesUpAFinishedAnswerEndsTheSession(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport).pool("timeouts: { close: 1h }").backends(backend).start();
        TestConnection client = TestClient.connectWithSmallBuffer(member)) {
      client.send("question");
      client.finish();
      TestConnection server = backend.next();
      assertThat(server.readText()).isEqualTo("question");
      sendUntilItIsNotTaken(server, member);
      // With epoll the backend's side is closed altogether now, and its answer waits for the
      // client.
      server.finish();
      await()
          .during(Duration.ofMillis(200))
          .until(new Unchanged(() -> member.session().bytesToClient()));
      client.reset();
      await().until(() -> member.view().status().sessions() == 0);
    }
  }

  @EveryTransport
  void whatTheClientSentBeforeItsResetArrives(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      client.send(new byte[MUCH]);
      await().until(() -> member.session().bytesFromClient() == MUCH);
      client.reset();
      expectAllThenReset(server);
    }
  }

  @EveryTransport
  void whatTheBackendSentBeforeItsResetArrives(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      server.send(new byte[MUCH]);
      await().until(() -> member.session().bytesToClient() == MUCH);
      server.reset();
      expectAllThenReset(client);
    }
  }

  @EveryTransport
  void sideThatNeverReadsIsCutAfterOneSecond(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manualWithSmallBuffer();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      // More than the backend's window, less than what pauses reading from the client.
      client.send(new byte[48 * 1024]);
      await().until(() -> member.session().bytesFromClient() == 48 * 1024);
      client.reset();
      await().until(() -> member.view().status().sessions() == 0);
      expectResetAfterSome(server);
    }
  }

  @EveryTransport
  void resetIsSeenAtOnceOnAPausedSide(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manualWithSmallBuffer();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member);
        Background background = new Background()) {
      TestConnection server = backend.next();
      background.start(() -> flood(client));
      await()
          .during(Duration.ofMillis(300))
          .until(new Unchanged(() -> member.session().bytesFromClient()));
      client.reset();
      await().until(() -> member.view().status().sessions() == 0);
      expectResetAfterSome(server);
    }
  }

  @EveryTransport
  void bytesThatABackendSendsRightBeforeItsResetArrive(TransportKind transport) throws Exception {
    String answer = "a".repeat(100);
    try (TestBackend backend =
            TestBackend.serving(connection -> answerAndReset(connection, answer));
        TestMember member =
            MemberSetup.on(transport).pool("outlier: off").backends(backend).start();
        Background clients = new Background()) {
      List<Future<Void>> asked = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        asked.add(clients.start(() -> askAndExpectReset(member, answer)));
      }
      for (Future<Void> each : asked) {
        each.get();
      }
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void bytesThatAClientSendsRightBeforeItsResetArrive(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start()) {
      for (int i = 0; i < 20; i++) {
        TestConnection client = TestClient.connect(member);
        TestConnection server = backend.next();
        client.send("x");
        client.reset();
        server.expect("x");
        server.expectReset();
      }
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  @Logs("is ejected for 1h after")
  void backendThatResetsBeforeItsFirstByteHasFailed(TransportKind transport) throws Exception {
    try (TestBackend backend =
            TestBackend.serving(
                connection -> {
                  connection.expect("x");
                  connection.reset();
                });
        TestMember member =
            MemberSetup.on(transport)
                .pool("outlier: { failures: 5, ejection: 1h, maxEjected: 100% }")
                .backends(backend)
                .start()) {
      for (int i = 0; i < 5; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send("x");
          client.expectReset();
        }
        member.awaitSessions(0);
      }
      assertThat(member.backend(0).failures()).isEqualTo(5);
    }
  }

  @EveryTransport
  void answerToAnUploadThatIsNotReadArrives(TransportKind transport) throws Exception {
    try (TestBackend backend =
            TestBackend.serving(
                connection -> {
                  answerAndReset(connection, "too large");
                });
        TestMember member =
            MemberSetup.on(transport).pool("outlier: off").backends(backend).start();
        Background background = new Background()) {
      for (int i = 0; i < 5; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          background.start(() -> floodUntilReset(client));
          client.expect("too large");
          // The reset may have been reported to the thread that sends.
          client.expectEnd();
        }
      }
      member.awaitSessions(0);
    }
  }

  private static void answerAndReset(TestConnection connection, String answer) throws Exception {
    connection.readSome(PIECE);
    connection.send(answer);
    connection.reset();
  }

  private static Void askAndExpectReset(TestMember member, String answer) throws Exception {
    try (TestConnection client = TestClient.connect(member)) {
      client.send("question");
      client.expect(answer);
      client.expectReset();
    }
    return null;
  }

  private static Void floodUntilReset(TestConnection client) {
    try {
      return flood(client);
    } catch (Exception reset) {
      return null;
    }
  }

  private static Void flood(TestConnection client) throws Exception {
    while (true) {
      client.send(new byte[MUCH]);
    }
  }

  private static void sendUntilItIsNotTaken(TestConnection server, TestMember member)
      throws Exception {
    long sent = 0;
    int looks = 0;
    // Each look is answered by the event loop that relays, so that a busy machine only makes it
    // slower.
    while (looks++ < 60) {
      if (member.sessions().get(0).bytesToClient() == sent) {
        server.send(new byte[PORTION]);
        sent += PORTION;
        looks = 0;
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static void expectAllThenReset(TestConnection side) throws Exception {
    int read = 0;
    while (read < MUCH) {
      int some = side.readSome(PIECE).length;
      assertThat(some).as("EOF after %d bytes", read).isPositive();
      read += some;
    }
    side.expectReset();
  }

  private static void expectResetAfterSome(TestConnection side) {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> {
              while (side.readSome(PIECE).length > 0) {
                // What had arrived before the cut.
              }
            })
        .hasMessageContaining("reset");
  }
}
