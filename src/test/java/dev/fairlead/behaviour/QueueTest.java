package dev.fairlead.behaviour;

import static dev.fairlead.behaviour.LimitsTest.expectServed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Ensured: clients without a permit wait in the order they came, get the backend that is right when
 * they leave the queue, and wait no longer than configured; a client that leaves takes no permit.
 *
 * <p>Provoked: more clients than places, at listeners, pools and backends.
 *
 * <p>A failure looks like: a client overtaken or forgotten, a backend chosen too early, a permit
 * lost.
 */
class QueueTest {
  private static final String LISTENER =
      "limits: { connections: 1, queue: { size: 50, timeout: 30s } }";
  private static final String POOL = LISTENER;
  private static final String BACKEND =
      "limits: { connectionsPerBackend: 1, queue: { size: 50, timeout: 30s } }";

  @EveryTransport
  void listenersQueueIsServedInOrder(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member =
            MemberSetup.on(transport).listener(LISTENER).backends(backend).start()) {
      serveInOrder(backend, member, "listener/web");
    }
  }

  @EveryTransport
  void poolsQueueIsServedInOrder(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).pool(POOL).backends(backend).start()) {
      serveInOrder(backend, member, "pool/web");
    }
  }

  @EveryTransport
  void backendsQueueIsServedInOrder(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).pool(BACKEND).backends(backend).start()) {
      serveInOrder(backend, member, "pool/web");
    }
  }

  /** A client that is not in the queue yet may be overtaken by one on another event loop. */
  private static void serveInOrder(TestBackend backend, TestMember member, String queue)
      throws Exception {
    String length = "fairlead_queue_length{queue=\"" + queue + "\"}";
    List<TestConnection> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(TestClient.connect(member));
      clients.get(i).send("client " + i);
      member.awaitSessions(i + 1);
      int waiting = i;
      await().until(() -> member.metric(length) == waiting);
    }
    for (int i = 0; i < clients.size(); i++) {
      try (TestConnection served = backend.next()) {
        served.expect("client " + i);
        assertThat(backend.accepted()).isEqualTo(i + 1);
        clients.get(i).close();
        served.expectEof();
      }
    }
    member.awaitSessions(0);
  }

  @EveryTransport
  void whoComesToAFullQueueIsRefused(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("limits: { connections: 1, queue: { size: 2 } }")
                .backends(backend)
                .start()) {
      TestConnection holder = expectServed(TestClient.connect(member));
      List<TestConnection> waiting = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        waiting.add(TestClient.connect(member));
        member.awaitSessions(i + 2);
      }
      try (TestConnection tooMany = TestClient.connect(member)) {
        tooMany.expectEof();
      }
      member.awaitRefused("queue-full", 1);
      assertThat(member.metric("fairlead_queue_length{queue=\"listener/web\"}")).isEqualTo(2);
      assertThat(member.metric("fairlead_limit_used{limit=\"listener/web/connections\"}"))
          .isEqualTo(1);
      assertThat(member.metric("fairlead_limit_allowed{limit=\"listener/web/connections\"}"))
          .isEqualTo(1);
      holder.close();
      for (TestConnection client : waiting) {
        expectServed(client).close();
      }
    }
  }

  @EveryTransport
  void whoWaitsTooLongIsRefused(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .pool("limits: { connections: 1, queue: { size: 5, timeout: 300ms } }")
                .backends(backend)
                .accessLog()
                .start()) {
      TestConnection holder = expectServed(TestClient.connect(member));
      try (TestConnection waiting = TestClient.connect(member)) {
        waiting.send("hello");
        waiting.expectEof();
      }
      assertThat(member.refused("queue-timeout")).isEqualTo(1);
      JsonObject line = member.accessLog(1).get(0);
      assertThat(line.getString("reason")).isEqualTo("queue-timeout");
      assertThat(line.getString("phase")).isEqualTo("queue");
      assertThat(line.getString("backend")).isNull();
      holder.close();
    }
  }

  @EveryTransport
  void whoLeavesTheQueueTakesNoPlace(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener("limits: { connections: 1, queue: { size: 1000, timeout: 1m } }")
                .backends(backend)
                .start()) {
      TestConnection holder = expectServed(TestClient.connect(member));
      List<TestConnection> leaving = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        leaving.add(TestClient.connect(member));
      }
      TestConnection patient = TestClient.connect(member);
      member.awaitSessions(502);
      for (int i = 0; i < leaving.size(); i++) {
        if (i % 2 == 0) {
          leaving.get(i).close();
        } else {
          leaving.get(i).reset();
        }
      }
      member.awaitSessions(2);
      holder.close();
      expectServed(patient).close();
      assertThat(backend.accepted()).isEqualTo(2);
    }
  }

  @EveryTransport
  void backendIsChosenWhenTheQueueIsLeft(TransportKind transport) throws Exception {
    try (TestBackend old = TestBackend.echo();
        TestBackend fresh = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).pool(BACKEND).backends(old).start()) {
      TestConnection holder = expectServed(TestClient.connect(member));
      TestConnection waiting = TestClient.connect(member);
      member.awaitSessions(2);
      member.reload(MemberSetup.on(transport).pool(BACKEND).backends(fresh).dynamicPart());
      expectServed(waiting).close();
      assertThat(fresh.accepted()).isEqualTo(1);
      holder.close();
    }
  }

  /** The connection to the new backend fails: the removed one must not be tried for that. */
  @EveryTransport
  void removedBackendIsNoWayOut(TransportKind transport) throws Exception {
    try (TestBackend old = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).pool(BACKEND).backends(old).start()) {
      TestConnection holder = expectServed(TestClient.connect(member));
      TestConnection waiting = TestClient.connect(member);
      member.awaitSessions(2);
      TestBackend gone = TestBackend.echo();
      int port = gone.port();
      gone.close();
      member.reload(
          MemberSetup.on(transport)
              .pool(BACKEND)
              .backend("host: 127.0.0.1, port: " + port)
              .dynamicPart());
      waiting.expectEnd();
      assertThat(old.accepted()).isEqualTo(1);
      holder.close();
    }
  }

  @EveryTransport
  void higherLimitLetsWaitersIn(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport).listener(LISTENER).backends(backend).start()) {
      TestConnection holder = expectServed(TestClient.connect(member));
      TestConnection waiting = TestClient.connect(member);
      member.awaitSessions(2);
      member.reload(
          MemberSetup.on(transport)
              .listener(LISTENER.replace("connections: 1", "connections: 2"))
              .backends(backend)
              .dynamicPart());
      expectServed(waiting).close();
      holder.close();
    }
  }

  /** Clients come, are served or wait, and leave by a FIN or a reset at any moment. */
  @EveryTransport
  void permitsReturnAfterChurn(TransportKind transport) throws Exception {
    String limits =
        "limits: { connections: 5, connectionsPerSource: 40, newConnectionsPerSecond: 100000,"
            + " queue: { size: 20, timeout: 1s } }";
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .listener(limits)
                .pool("limits: { connectionsPerBackend: 3, queue: { size: 4, timeout: 300ms } }")
                .backends(backend)
                .start()) {
      Random random = new Random(6);
      List<TestConnection> clients = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        if (clients.size() < 30) {
          TestConnection client = TestClient.connect(member);
          if (random.nextBoolean()) {
            client.send("x");
          }
          clients.add(client);
        } else {
          TestConnection client = clients.remove(random.nextInt(clients.size()));
          if (random.nextBoolean()) {
            client.reset();
          } else {
            client.close();
          }
        }
      }
      for (TestConnection client : clients) {
        client.close();
      }
      member.awaitSessions(0);
      for (String limit :
          List.of("listener/web/connections", "pool/web/backend/127.0.0.1:" + backend.port())) {
        assertThat(member.metric("fairlead_limit_used{limit=\"" + limit + "\"}"))
            .as(limit)
            .isZero();
      }
      assertThat(member.metric("fairlead_queue_length{queue=\"listener/web\"}")).isZero();
      assertThat(member.metric("fairlead_queue_length{queue=\"pool/web\"}")).isZero();
      expectServed(TestClient.connect(member)).close();
    }
  }

  @EveryTransport
  void drainEndsWhoWaits(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).pool(BACKEND).backends(backend).start()) {
      expectServed(TestClient.connect(member));
      TestConnection waiting = TestClient.connect(member);
      member.awaitSessions(2);
      member.member().drain();
      member.member().drain().await();
      waiting.expectEnd();
    }
  }
}
