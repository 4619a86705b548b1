package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cli.FairleadCommand;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensured: with {@code rebalance} a backend that holds more than its share loses sessions down to
 * it, quiet ones, with a FIN to both sides; others are left alone.
 *
 * <p>Provoked: all clients connect while the pool has one backend, then it gets a second one.
 *
 * <p>A failure looks like: clients that stay, too many that are ended, or one that is reset.
 */
class RebalanceTest {
  private static final int CLIENTS = 20;
  private static final String RULES =
      "rebalance: { excess: 0%, rate: 50%, minAge: 100ms, quiet: 100ms }";

  private final List<TestConnection> clients = new ArrayList<>();

  @AfterEach
  void disconnect() throws Exception {
    for (TestConnection each : clients) {
      each.close();
    }
  }

  /** The pool {@code web} and two listeners. */
  private static String config(String keys, TestBackend... backends) {
    return """
        listeners:
          - { name: web, bind: "127.0.0.1:0", pool: web }
          - { name: other, bind: "127.0.0.1:0", pool: other }
        pools:
          - { name: web, %s, backends: %s }
        """
        .formatted(keys, list(backends));
  }

  private static String other(String keys, TestBackend... backends) {
    return "  - { name: other, %s, backends: %s }\n".formatted(keys, list(backends));
  }

  private static List<String> list(TestBackend... backends) {
    List<String> all = new ArrayList<>();
    for (TestBackend each : backends) {
      all.add("{ " + each.keys() + " }");
    }
    return all;
  }

  private void connect(TestMember member) throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      TestConnection client = TestClient.connect(member.address());
      clients.add(client);
      client.send("a");
      client.expect("a");
    }
  }

  @Test
  void backendAboveItsShareLosesWhatIsAboveIt() throws Exception {
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo();
        TestMember member =
            MemberSetup.on(TransportKind.NIO)
                .accessLog()
                .start(config(RULES, first) + other(RULES))) {
      connect(member);
      member.reload(config(RULES, first, second) + other(RULES));
      await().until(() -> member.sessions().size() == CLIENTS / 2);
      assertThat(member.metric("fairlead_rebalanced_total{pool=\"web\"}")).isEqualTo(CLIENTS / 2.0);
      assertThat(member.accessLog(CLIENTS / 2))
          .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("rebalance"));
      int left = 0;
      for (TestConnection each : clients) {
        left += isAlive(each) ? 1 : 0;
      }
      assertThat(left).isEqualTo(CLIENTS / 2);
    }
  }

  /** An ended client reads the end, and no reset. */
  private static boolean isAlive(TestConnection client) throws Exception {
    client.send("b");
    return client.readSome(1).length == 1;
  }

  @Test
  void clientsOfSourceHashThatWouldComeBackStay() throws Exception {
    String hash = "balance: source-hash, " + RULES;
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo();
        TestBackend control = TestBackend.echo();
        TestMember member =
            MemberSetup.on(TransportKind.NIO)
                .start(config(hash, first, second) + other(RULES, control))) {
      connect(member);
      for (int i = 0; i < CLIENTS; i++) {
        TestConnection client = TestClient.connect(member.address("other"));
        clients.add(client);
        client.send("a");
        client.expect("a");
      }
      member.reload(config(hash, first, second) + other(RULES, control, first));
      await().until(() -> sessions(member, "other") == CLIENTS / 2);
      assertThat(sessions(member, "web")).isEqualTo(CLIENTS);
    }
  }

  @Test
  void bothPeersGetAFin() throws Exception {
    try (TestBackend first = TestBackend.manual();
        TestBackend second = TestBackend.manual();
        TestMember member =
            MemberSetup.on(TransportKind.NIO).start(config(RULES, first) + other(RULES))) {
      TestConnection one = TestClient.connect(member.address());
      TestConnection two = TestClient.connect(member.address());
      clients.addAll(List.of(one, two));
      List<TestConnection> ofBackend = List.of(first.next(), first.next());
      member.reload(config(RULES, first, second) + other(RULES));
      await().until(() -> member.metric("fairlead_rebalanced_total{pool=\"web\"}") == 1);
      await().until(() -> member.sessions().size() == 1);
      int ended = 0;
      for (TestConnection each : clients) {
        each.channel().configureBlocking(false);
        ended += each.channel().read(ByteBuffer.allocate(1)) < 0 ? 1 : 0;
      }
      for (TestConnection each : ofBackend) {
        each.channel().configureBlocking(false);
        ended += each.channel().read(ByteBuffer.allocate(1)) < 0 ? 1 : 0;
      }
      assertThat(ended).isEqualTo(2);
    }
  }

  @Test
  @Logs("is down: connection refused")
  void nothingIsEndedWhileABackendIsDownThatWouldTakeItsSessionsBack() throws Exception {
    String checked = RULES + ", health: { type: tcp, interval: 50ms, rise: 1, fall: 1 }";
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo();
        TestMember member =
            MemberSetup.on(TransportKind.NIO).start(config(checked, first) + other(checked))) {
      connect(member);
      String both = config(checked, first, second) + other(checked);
      String down = "backends: [{ host: 127.0.0.1, port: " + FreePorts.next() + " }, ";
      member.reload(both.replaceFirst("backends: \\[", down));
      await().until(() -> eligible(member) == 2);
      await().during(Duration.ofSeconds(6)).until(() -> member.sessions().size() == CLIENTS);
      // It is not awaited any more.
      member.reload(both);
      await().until(() -> member.sessions().size() == CLIENTS / 2);
    }
  }

  private static double eligible(TestMember member) throws Exception {
    return member.metric("fairlead_pool_backends_eligible{pool=\"web\"}");
  }

  @Test
  void sessionThatIsNeverQuietIsEndedAfterTenTimesQuietInAShorterPause() throws Exception {
    String quiet = "rebalance: { excess: 0%, rate: 50%, minAge: 100ms, quiet: 500ms }";
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo();
        Background threads = new Background();
        TestMember member =
            MemberSetup.on(TransportKind.NIO).start(config(quiet, first) + other(quiet))) {
      List<Future<Duration>> ends = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        TestConnection client = TestClient.connect(member.address());
        clients.add(client);
        client.send("a");
        client.expect("a");
        ends.add(threads.start(() -> chatUntilTheEnd(client)));
      }
      member.reload(config(quiet, first, second) + other(quiet));
      await().until(() -> member.sessions().size() == 1);
      Future<Duration> ended = ends.stream().filter(Future::isDone).findFirst().orElseThrow();
      assertThat(ended.get()).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
    }
  }

  /** A byte each 200 ms; returns how long. */
  private static Duration chatUntilTheEnd(TestConnection client) throws Exception {
    long began = System.nanoTime();
    BlockingQueue<String> pause = new SynchronousQueue<>();
    do {
      client.send("b");
      pause.poll(200, TimeUnit.MILLISECONDS);
    } while (client.readSome(1).length > 0);
    return Duration.ofNanos(System.nanoTime() - began);
  }

  @Test
  void clientsWhoseSourceKeepsItsBackendStay() throws Exception {
    String sticky = "stickiness: { by: source }, " + RULES;
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo();
        TestMember member =
            MemberSetup.on(TransportKind.NIO).start(config(sticky, first) + other(RULES))) {
      connect(member);
      member.reload(config(sticky, first, second) + other(RULES));
      await().during(Duration.ofSeconds(6)).until(() -> member.sessions().size() == CLIENTS);
    }
  }

  @Test
  void dryRunSaysWhatIsAboveTheSharesAndEndsNothing() throws Exception {
    String off = "slowStart: 0s";
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo();
        TestMember member =
            MemberSetup.on(TransportKind.NIO).start(config(off, first) + other(off))) {
      connect(member);
      member.reload(config(off, first, second) + other(off));
      JsonObject plan =
          new JsonObject(member.http("POST", "/api/v1/pools/web/rebalance?dryRun=true").body());
      assertThat(plan.getLong("ends")).isEqualTo(CLIENTS - 12);
      assertThat(plan.getJsonArray("backends").getJsonObject(0).getLong("most")).isEqualTo(12);
      assertThat(member.sessions()).hasSize(CLIENTS);
      assertThat(member.http("POST", "/api/v1/pools/none/rebalance").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void sessionsLeftAtADrainedBackendAreEnded() throws Exception {
    String off = "slowStart: 0s";
    try (TestBackend first = TestBackend.echo();
        TestMember member =
            MemberSetup.on(TransportKind.NIO).accessLog().start(config(off, first) + other(off))) {
      connect(member);
      StringWriter out = new StringWriter();
      int code =
          FairleadCommand.execute(
              Map.of(),
              new PrintWriter(out),
              new PrintWriter(out),
              "drain",
              "web/127.0.0.1:" + first.port(),
              "--wait=100ms",
              "--close-over=500ms",
              "--admin=http://127.0.0.1:" + member.member().adminPort());
      assertThat(out.toString())
          .contains(
              "is draining", "20 sessions left", "ending 20 sessions over 500ms", "no session");
      assertThat(code).isZero();
      assertThat(member.accessLog(CLIENTS))
          .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("admin"));
      for (TestConnection each : clients) {
        each.expectEof();
      }
    }
  }

  private static long sessions(TestMember member, String pool) {
    return member.sessions().stream().map(SessionRecord::pool).filter(pool::equals).count();
  }
}
