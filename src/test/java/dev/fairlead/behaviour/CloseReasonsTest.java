package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;

/**
 * Ensured: the access log has the side that ended a session and why, with what was relayed until
 * then, and the counter of that reason has it too.
 *
 * <p>Provoked: one session for each reason that a peer or an operator can cause.
 *
 * <p>A failure looks like: another reason, phase or byte count, or a session that is not logged.
 */
class CloseReasonsTest {

  @EveryTransport
  void firstFinNamesTheSide(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).accessLog().backends(backend).start()) {
      try (TestConnection client = TestClient.connect(member);
          TestConnection server = exchange(client, backend)) {
        client.finish();
        server.expectEof();
      }
      expectLine(member, 1, "client-closed", backend);
      try (TestConnection client = TestClient.connect(member);
          TestConnection server = exchange(client, backend)) {
        server.finish();
        client.expectEof();
      }
      expectLine(member, 2, "backend-closed", backend);
    }
  }

  @EveryTransport
  void resetNamesTheSide(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).accessLog().backends(backend).start()) {
      try (TestConnection client = TestClient.connect(member);
          TestConnection server = exchange(client, backend)) {
        client.reset();
        server.expectReset();
      }
      expectLine(member, 1, "client-reset", backend);
      try (TestConnection client = TestClient.connect(member);
          TestConnection server = exchange(client, backend)) {
        server.reset();
        client.expectReset();
      }
      expectLine(member, 2, "backend-reset", backend);
    }
  }

  @EveryTransport
  void operatorEndsASessionByItsId(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).accessLog().backends(backend).start();
        TestConnection client = TestClient.connect(member);
        TestConnection server = exchange(client, backend)) {
      String id = member.session().session();
      JsonObject shown = member.json("/api/v1/sessions").getJsonArray("sessions").getJsonObject(0);
      assertThat(shown.getString("id")).isEqualTo(id);
      assertThat(member.http("DELETE", "/api/v1/sessions/" + id).statusCode()).isEqualTo(204);
      client.expectEof();
      server.expectEof();
      expectLine(member, 1, "admin", backend);
      assertThat(member.accessLog(1).get(0).getString("session")).isEqualTo(id);
      assertThat(member.http("DELETE", "/api/v1/sessions/" + id).statusCode()).isEqualTo(404);
    }
  }

  @EveryTransport
  void drainEndsWhatIsLeft(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport)
                .node("shutdown: { grace: 500ms }")
                .accessLog()
                .backends(backend)
                .start();
        TestConnection client = TestClient.connect(member);
        TestConnection server = exchange(client, backend)) {
      var drained = member.member().drain();
      assertThat(member.view().notReadyReasons()).containsExactly("draining");
      client.expectEof();
      server.expectEof();
      drained.await();
      expectLine(member, 1, "drain", backend);
    }
  }

  /** Four bytes one way, six the other. */
  private static TestConnection exchange(TestConnection client, TestBackend backend)
      throws Exception {
    client.send("ping");
    TestConnection server = backend.next();
    server.expect("ping");
    server.send("answer");
    client.expect("answer");
    return server;
  }

  private static void expectLine(TestMember member, int number, String reason, TestBackend backend)
      throws Exception {
    JsonObject line = member.accessLog(number).get(number - 1);
    assertThat(line.getString("reason")).isEqualTo(reason);
    assertThat(line.getString("phase")).isEqualTo("relay");
    assertThat(line.getString("listener")).isEqualTo("web");
    assertThat(line.getString("pool")).isEqualTo("web");
    assertThat(line.getString("source")).startsWith("127.0.0.1:");
    assertThat(line.getString("backend")).isEqualTo("127.0.0.1:" + backend.port());
    assertThat(line.getInteger("attempts")).isEqualTo(1);
    assertThat(line.getLong("connectMs")).isNotNegative();
    assertThat(line.getLong("durationMs")).isGreaterThanOrEqualTo(line.getLong("connectMs"));
    assertThat(line.getLong("bytesFromClient")).isEqualTo(4);
    assertThat(line.getLong("bytesToClient")).isEqualTo(6);
    assertThat(member.metric("fairlead_session_closed_total{reason=\"" + reason + "\"}"))
        .isEqualTo(1);
  }
}
