package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;

/**
 * Ensured: who is not wanted, or comes when there is no place, is turned away by a FIN, or a reset
 * if that is configured, before any backend hears of him, and counted by the reason.
 *
 * <p>Provoked: addresses that are denied, and one client more than each of the limits allows.
 *
 * <p>A failure looks like: a client that is served or hangs, a reset where a FIN was due, or a
 * place that is never given back.
 */
class LimitsTest {
  @EveryTransport
  void deniedClientsAreTurnedAway(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("deny: [127.0.0.2/31]", "allow: [127.0.0.0/29]")
                .backends(backend)
                .start()) {
      expectRefused(TestClient.connectFrom("127.0.0.2", member));
      expectRefused(TestClient.connectFrom("127.0.0.3", member));
      expectRefused(TestClient.connectFrom("127.0.0.8", member));
      expectServed(TestClient.connectFrom("127.0.0.4", member)).close();
      member.awaitRefused("denied", 3);
      assertThat(backend.accepted()).isEqualTo(1);
    }
  }

  @EveryTransport
  void accessListsFollowAReload(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).backends(backend).start()) {
      TestConnection before = expectServed(TestClient.connect(member));
      member.reload(
          MemberSetup.on(transport)
              .listener("deny: ['::ffff:127.0.0.0/104']")
              .backends(backend)
              .dynamicPart());
      expectRefused(TestClient.connect(member));
      before.send("still here");
      before.expect("still here");
      before.close();
    }
  }

  @EveryTransport
  void listenerTakesSoManyConnections(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("limits: { connections: 2 }")
                .backends(backend)
                .start()) {
      TestConnection first = expectServed(TestClient.connect(member));
      TestConnection second = expectServed(TestClient.connect(member));
      expectRefused(TestClient.connect(member));
      assertThat(member.refused("limit-connections")).isEqualTo(1);
      assertThat(member.refusedBy("listener/web/connections")).isEqualTo(1);
      first.close();
      member.awaitSessions(1);
      expectServed(TestClient.connect(member)).close();
      second.close();
    }
  }

  @EveryTransport
  void refusalMayBeAReset(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("limits: { connections: 1, scope: member, refuseWith: rst }")
                .backends(backend)
                .start()) {
      TestConnection first = expectServed(TestClient.connect(member));
      try (TestConnection client = TestClient.connect(member)) {
        client.expectReset();
      }
      first.close();
    }
  }

  /** A close at once would reset a client that has sent something. */
  @EveryTransport
  void whoSpeaksFirstGetsAFinToo(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport).listener("deny: [0.0.0.0/0]").backends(backend).start()) {
      for (int i = 0; i < 20; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send("hello");
          client.expectEof();
        }
      }
      // More than are waited for at a time.
      for (int i = 0; i < 1000; i++) {
        TestClient.connect(member).close();
      }
      member.awaitRefused("denied", 1020);
    }
  }

  @EveryTransport
  void eachSourceHasSoManyConnections(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("limits: { connectionsPerSource: 2 }")
                .backends(backend)
                .start()) {
      TestConnection first = expectServed(TestClient.connectFrom("127.0.0.2", member));
      TestConnection second = expectServed(TestClient.connectFrom("127.0.0.2", member));
      expectRefused(TestClient.connectFrom("127.0.0.2", member));
      TestConnection other = expectServed(TestClient.connectFrom("127.0.0.3", member));
      first.close();
      member.awaitSessions(2);
      TestConnection third = expectServed(TestClient.connectFrom("127.0.0.2", member));
      assertThat(member.refused("limit-source")).isEqualTo(1);
      second.close();
      other.close();
      third.close();
    }
  }

  @EveryTransport
  void soManyNewConnectionsCome(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("limits: { newConnectionsPerSecond: 3, scope: member }")
                .backends(backend)
                .start()) {
      long start = System.nanoTime();
      int served = 0;
      while (member.refused("limit-rate") < 20) {
        try (TestConnection client = TestClient.connect(member)) {
          served += isServed(client) ? 1 : 0;
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      assertThat(served).isBetween(3, (int) Math.ceil(3 * (seconds + 1)));
    }
  }

  /** A member alone has all of the cluster's rate, its burst included, from the start. */
  @EveryTransport
  void rateOfTheClusterIsALoneMembers(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("limits: { newConnectionsPerSecond: 20 }")
                .backends(backend)
                .start()) {
      await()
          .until(() -> member.metric("fairlead_limit_allowed{limit=\"listener/web/rate\"}") == 20);
      for (int i = 0; i < 20; i++) {
        expectServed(TestClient.connect(member)).close();
      }
    }
  }

  @EveryTransport
  void fullPrimariesDoNotUseTheBackup(TransportKind transport) throws Exception {
    try (TestBackend primary = TestBackend.echo();
        TestBackend backup = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .backend(primary, "maxConnections: 1")
                .backend(backup, "backup: true")
                .start()) {
      TestConnection first = expectServed(TestClient.connect(member));
      expectRefused(TestClient.connect(member));
      assertThat(backup.accepted()).isZero();
      first.close();
    }
  }

  @EveryTransport
  void poolTakesSoManyConnections(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .pool("limits: { connections: 1 }")
                .backends(backend)
                .accessLog()
                .start()) {
      TestConnection first = expectServed(TestClient.connect(member));
      expectRefused(TestClient.connect(member));
      assertThat(member.refused("limit-connections")).isEqualTo(1);
      assertThat(member.refusedBy("pool/web/connections")).isEqualTo(1);
      first.close();
      member.awaitSessions(0);
      expectServed(TestClient.connect(member)).close();
      assertThat(member.accessLog(2))
          .as("no line for who is refused at once")
          .hasSize(2)
          .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("client-closed"));
    }
  }

  @EveryTransport
  void fullBackendsArePassedOver(TransportKind transport) throws Exception {
    try (TestBackend small = TestBackend.echo();
        TestBackend large = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: round-robin", "limits: { connectionsPerBackend: 3 }")
                .backend(small, "maxConnections: 1")
                .backends(large)
                .start()) {
      TestConnection[] clients = new TestConnection[4];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = expectServed(TestClient.connect(member));
      }
      assertThat(member.backend(0).active()).isEqualTo(1);
      assertThat(member.backend(1).active()).isEqualTo(3);
      expectRefused(TestClient.connect(member));
      assertThat(member.refusedBy("pool/web/backends")).isEqualTo(1);
      for (TestConnection client : clients) {
        client.close();
      }
    }
  }

  @EveryTransport
  void limitMayComeAndGo(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).backends(backend).start()) {
      TestConnection first = expectServed(TestClient.connect(member));
      TestConnection second = expectServed(TestClient.connect(member));
      MemberSetup limited =
          MemberSetup.on(transport).listener("limits: { connections: 1 }").backends(backend);
      member.reload(limited.dynamicPart());
      expectRefused(TestClient.connect(member));
      first.close();
      member.awaitSessions(1);
      expectRefused(TestClient.connect(member));
      member.reload(MemberSetup.on(transport).backends(backend).dynamicPart());
      expectServed(TestClient.connect(member)).close();
      second.close();
    }
  }

  static TestConnection expectServed(TestConnection client) throws IOException {
    client.send("x");
    client.expect("x");
    return client;
  }

  private static void expectRefused(TestConnection client) throws IOException {
    try (client) {
      client.send("x");
      client.expectEof();
    }
  }

  private static boolean isServed(TestConnection client) throws IOException {
    client.send("x");
    return client.readSome(1).length == 1;
  }
}
