package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;

/**
 * Ensured: a client that no backend takes gets the whole reply and then EOF, and never an address;
 * the access log has the same cause as its reason and counts the bytes of the reply.
 *
 * <p>Provoked: pools that are empty, refuse, don't answer, have no such name or no local address.
 *
 * <p>A failure looks like: a reset instead of the text, the wrong cause, or a session that stays.
 */
class RepliesTest {
  private static final String REPLIES =
      "replies: { noBackend: 'No available backend', connectFailed: 'Failed: {cause}' }";

  /** More than the member holds for a backend that has not answered. */
  private static final int MUCH = 300_000;

  @EveryTransport
  void emptyPoolSaysNoBackend(TransportKind transport) throws Exception {
    try (TestMember member = MemberSetup.on(transport).accessLog().pool(REPLIES).start()) {
      assertThat(TestClient.ask(member)).isEqualTo("No available backend");
      expectLogged(member, "no-backend", 0);
      int bytes = "No available backend".length();
      assertThat(member.accessLog(1).get(0).getInteger("bytesToClient")).isEqualTo(bytes);
      String down = "fairlead_bytes_total{direction=\"to-client\",listener=\"web\"}";
      assertThat(member.metric(down)).isEqualTo(bytes);
      assertThat(member.refused("no-backend")).isEqualTo(1);
    }
  }

  @EveryTransport
  void withoutAReplyThereIsOnlyTheEof(TransportKind transport) throws Exception {
    try (TestMember member = MemberSetup.on(transport).start()) {
      assertThat(TestClient.ask(member)).isEmpty();
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void withoutAReplyAClientThatHasSentMuchGetsTheEofToo(TransportKind transport) throws Exception {
    try (TestMember member = MemberSetup.on(transport).start()) {
      for (int i = 0; i < 50; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send(new byte[MUCH]);
          assertThat(client.readText()).isEmpty();
        }
      }
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void refusedConnectionSaysSo(TransportKind transport) throws Exception {
    try (ClosedPort closed = new ClosedPort();
        TestMember member =
            MemberSetup.on(transport).accessLog().pool(REPLIES).backend(closed.keys()).start()) {
      assertThat(TestClient.ask(member)).isEqualTo("Failed: connection refused");
      expectLogged(member, "connect-refused", 1);
    }
  }

  @EveryTransport
  void replyReachesAClientThatHasSentMuch(TransportKind transport) throws Exception {
    try (FullBackend full = new FullBackend();
        TestMember member =
            MemberSetup.on(transport)
                .pool(REPLIES, "connect: { timeout: 300ms }")
                .backend(full.keys())
                .start();
        TestConnection client = TestClient.connect(member)) {
      client.send(new byte[MUCH]);
      assertThat(client.readText()).isEqualTo("Failed: timed out");
    }
  }

  @EveryTransport
  void backendThatDoesNotAnswerTimesOut(TransportKind transport) throws Exception {
    try (FullBackend full = new FullBackend();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool(REPLIES, "connect: { timeout: 300ms }")
                .backend(full.keys())
                .start()) {
      long before = System.nanoTime();
      assertThat(TestClient.ask(member)).isEqualTo("Failed: timed out");
      assertThat(System.nanoTime() - before).isBetween(300_000_000L, 2_300_000_000L);
      expectLogged(member, "connect-timeout", 1);
    }
  }

  @EveryTransport
  @Logs("host name no-such-host.invalid: not resolved")
  void unknownNameSaysSo(TransportKind transport) throws Exception {
    try (TestMember member =
        MemberSetup.on(transport)
            .accessLog()
            .pool(REPLIES)
            .backend("host: no-such-host.invalid, port: 9")
            .start()) {
      assertThat(TestClient.ask(member)).isEqualTo("Failed: name not resolved");
      expectLogged(member, "connect-failed", 1);
    }
  }

  @EveryTransport
  void foreignSourceAddressIsNoLocalPortAndNoFaultOfTheBackend(TransportKind transport)
      throws Exception {
    try (ClosedPort closed = new ClosedPort();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool(REPLIES, "connect: { source: [198.51.100.1] }")
                .backend(closed.keys())
                .start()) {
      assertThat(TestClient.ask(member)).isEqualTo("Failed: no local port");
      expectLogged(member, "connect-failed", 1);
      assertThat(member.backend(0).failures()).isZero();
    }
  }

  private static void expectLogged(TestMember member, String reason, int attempts) {
    JsonObject line = member.accessLog(1).get(0);
    assertThat(line.getString("reason")).isEqualTo(reason);
    assertThat(line.getString("phase")).isEqualTo("connect");
    assertThat(line.getInteger("attempts")).isEqualTo(attempts);
  }
}
