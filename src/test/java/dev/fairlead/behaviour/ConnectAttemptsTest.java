package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.net.StandardSocketOptions;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ensured: a client does not notice a backend that refuses while another one is there, and what it
 * said meanwhile is not lost; a backend that breaks after its accept is not asked twice.
 *
 * <p>Provoked: pools with closed ports in them, and a backend that resets its first connections.
 *
 * <p>A failure looks like: a failed client, a backend tried twice for one client, or a count that
 * stays.
 */
class ConnectAttemptsTest {
  private static final int CLIENTS = 60;
  private static final int SINGLE_BYTES = 60_000;

  @EveryTransport
  @Logs("is ejected for 30s after")
  void refusedBackendsAreSkipped(TransportKind transport) throws Exception {
    try (TestBackend alive = TestBackend.echo();
        ClosedPort first = new ClosedPort();
        ClosedPort second = new ClosedPort();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool("balance: round-robin")
                .backend(first.keys())
                .backend(second.keys())
                .backends(alive)
                .start()) {
      for (int i = 0; i < CLIENTS; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          client.send("hello");
          client.finish();
          assertThat(client.readText()).isEqualTo("hello");
        }
      }
      assertThat(alive.accepted()).isEqualTo(CLIENTS);
      assertThat(member.accessLog(CLIENTS))
          .allSatisfy(line -> assertThat(line.getInteger("attempts")).isBetween(1, 3))
          .anySatisfy(line -> assertThat(line.getInteger("attempts")).isEqualTo(3))
          .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("client-closed"));
      assertThat(member.backend(0).active()).isZero();
      assertThat(member.backend(0).failures()).isPositive();
      assertThat(member.backend(2).failures()).isZero();
    }
  }

  @EveryTransport
  void whatWasSaidByteByByteMeanwhileArrivesInOrder(TransportKind transport) throws Exception {
    try (FullBackend silent = new FullBackend();
        TestBackend alive = TestBackend.echo();
        TestMember member =
            MemberSetup.on(transport)
                .pool("balance: round-robin", "connect: { timeout: 1s }")
                .backend(silent.keys())
                .backends(alive)
                .start();
        TestConnection client = TestClient.connect(member)) {
      client.channel().setOption(StandardSocketOptions.TCP_NODELAY, true);
      StringBuilder said = new StringBuilder();
      for (int i = 0; i < SINGLE_BYTES; i++) {
        String piece = String.valueOf((char) ('a' + i % 26));
        client.send(piece);
        said.append(piece);
      }
      client.finish();
      assertThat(client.readText()).isEqualTo(said.toString());
    }
  }

  @EveryTransport
  void noMoreBackendsThanAttemptsAreTried(TransportKind transport) throws Exception {
    try (ClosedPort first = new ClosedPort();
        ClosedPort second = new ClosedPort();
        ClosedPort third = new ClosedPort();
        TestMember member =
            MemberSetup.on(transport)
                .accessLog()
                .pool("connect: { attempts: 2 }")
                .backend(first.keys())
                .backend(second.keys())
                .backend(third.keys())
                .start()) {
      assertThat(TestClient.ask(member)).isEmpty();
      JsonObject line = member.accessLog(1).get(0);
      assertThat(line.getInteger("attempts")).isEqualTo(2);
      assertThat(line.getString("reason")).isEqualTo("connect-refused");
      assertThat(line.getString("phase")).isEqualTo("connect");
      assertThat(line.getValue("connectMs")).isNull();
      long failures = 0;
      for (int i = 0; i < 3; i++) {
        assertThat(member.backend(i).failures()).isLessThanOrEqualTo(1);
        failures += member.backend(i).failures();
      }
      assertThat(failures).isEqualTo(2);
    }
  }

  @EveryTransport
  void flappingBackendServesAgainWhenItIsFine(TransportKind transport) throws Exception {
    AtomicInteger broken = new AtomicInteger(5);
    TestBackend.Script flapping =
        connection -> {
          if (broken.getAndDecrement() > 0) {
            Scripts.reset(connection);
          } else {
            Scripts.echo(connection);
          }
        };
    try (TestBackend backend = TestBackend.serving(flapping);
        TestMember member = MemberSetup.on(transport).backends(backend).start()) {
      for (int i = 0; i < 5; i++) {
        try (TestConnection client = TestClient.connect(member)) {
          // A reset that comes before the member has seen the answer is a failed attempt.
          client.expectEnd();
        }
      }
      try (TestConnection client = TestClient.connect(member)) {
        client.send("fine?");
        client.finish();
        assertThat(client.readText()).isEqualTo("fine?");
      }
      assertThat(backend.accepted()).isEqualTo(6);
    }
  }
}
