package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.session.Phase;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;

/**
 * Ensured: a client that leaves before its first byte frees its place at once and is counted but
 * not logged; one that has sent bytes and then a FIN is served.
 *
 * <p>Provoked: a FIN or RST as the first thing, before and after the backend has answered.
 *
 * <p>A failure looks like: sessions that stay until the idle time-out, probes that fill the log, or
 * a question with a FIN behind it that gets no answer.
 */
class ClientLeavesTest {
  private static final String CLOSED = "fairlead_session_closed_total{reason=\"%s\"}";

  @EveryTransport
  @Logs("as many sessions as node.maxSessions allows: 1")
  void silentFinFreesThePlace(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport).node("maxSessions: 1").accessLog().backends(backend).start();
        TestConnection probe = TestClient.connect(member)) {
      TestConnection server = backend.next();
      probe.finish();
      server.expectEof();
      probe.expectEof();
      member.awaitSessions(0);
      assertThat(member.metric(CLOSED.formatted("client-closed"))).isEqualTo(1);
      askOnce(member, backend);
      assertThat(member.accessLog(1)).hasSize(1);
    }
  }

  @EveryTransport
  void silentResetIsAProbeToo(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).accessLog().backends(backend).start()) {
      TestConnection probe = TestClient.connect(member);
      TestConnection server = backend.next();
      // The backend's kernel answers before the member has seen the answer.
      await().until(() -> member.session().phase() == Phase.RELAY);
      probe.reset();
      server.expectReset();
      await().until(() -> member.metric(CLOSED.formatted("client-reset")) == 1);
      askOnce(member, backend);
      assertThat(member.accessLog(1)).hasSize(1);
    }
  }

  @EveryTransport
  void silentFinWhileConnectingEndsTheAttempt(TransportKind transport) throws Exception {
    try (FullBackend full = new FullBackend();
        TestMember member = MemberSetup.on(transport).backend(full.keys()).start();
        TestConnection probe = TestClient.connect(member)) {
      assertThat(member.session().phase().label()).isEqualTo("connect");
      assertThat(member.backend(0).active()).isEqualTo(1);
      probe.finish();
      member.awaitSessions(0);
      assertThat(member.backend(0).active()).isZero();
    }
  }

  @EveryTransport
  void questionWithAFinBehindItIsAnswered(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).backends(backend).start()) {
      for (int i = 0; i < 50; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send("question");
          client.finish();
          assertThat(client.readText()).isEqualTo("question");
        }
      }
      member.awaitSessions(0);
    }
  }

  private static void askOnce(TestMember member, TestBackend backend) throws Exception {
    try (TestConnection client = TestClient.connect(member);
        TestConnection server = backend.next()) {
      client.send("x");
      server.expect("x");
    }
  }
}
