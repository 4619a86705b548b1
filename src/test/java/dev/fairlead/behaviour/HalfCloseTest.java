package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Payload;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.time.Duration;

/**
 * Ensured: a FIN ends one direction only; the other continues until its own FIN.
 *
 * <p>Provoked: one side sends, finishes, and only after the other has seen that EOF comes a reply.
 *
 * <p>A failure looks like: the reply is cut or missing, or the EOF is not passed on and both wait.
 */
class HalfCloseTest {
  private static final long REPLY = 24_000_000;

  @EveryTransport
  void replyAfterTheClientsFinArrives(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      client.send("question");
      client.finish();
      TestConnection server = backend.next();
      assertThat(server.readText()).isEqualTo("question");
      server.send("a");
      client.expect("a");
      assertThat(replyThrough(server, client)).isTrue();
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void uploadAfterTheBackendsFinArrives(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      server.send("greeting");
      server.finish();
      assertThat(client.readText()).isEqualTo("greeting");
      assertThat(replyThrough(client, server)).isTrue();
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void bothFinsAtOnceEndTheSession(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      client.send("x");
      TestConnection server = backend.next();
      server.expect("x");
      server.send("y");
      server.finish();
      client.finish();
      client.expect("y");
      client.expectEof();
      server.expectEof();
      member.awaitSessions(0);
    }
  }

  /** Longer than all buffers on the way, so that the member has to wait for the backend to read. */
  @EveryTransport
  void backendThatReadsLateAfterItsFinGetsAll(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member);
        Background sending = new Background()) {
      TestConnection server = backend.next();
      server.finish();
      client.expectEof();
      var sent = sending.start(() -> Payload.sendAll(client, 1, REPLY));
      await()
          .during(Duration.ofMillis(200))
          .until(new Unchanged(() -> member.session().bytesFromClient()));
      assertThat(Payload.receiveInPieces(server, 1000)).isEqualTo(sent.get());
      member.awaitSessions(0);
    }
  }

  private static boolean replyThrough(TestConnection from, TestConnection to) throws Exception {
    try (Background sending = new Background()) {
      var sent = sending.start(() -> Payload.sendAll(from, 1, REPLY));
      Payload received = Payload.receive(to);
      return received.equals(sent.get());
    }
  }
}
