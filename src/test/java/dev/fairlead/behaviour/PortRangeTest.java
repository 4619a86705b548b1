package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.member.StartException;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Ensured: a range of ports is one listener, bound as a whole or not at all, and {@code port: same}
 * takes a client to the port it came to, on a backend that is counted once.
 *
 * <p>Provoked: clients of each port; ranges that grow, shrink and move under live sessions and
 * load; a port in the middle that somebody else has; clients with PROXY headers that lie.
 *
 * <p>A failure looks like: a client at another port, a cut session, or a port that stays bound.
 */
class PortRangeTest {
  private static final String HERE = "127.0.0.1";

  /** Where the backends are: the same ports, another address. */
  private static final String THERE = "127.0.0.2";

  private static final String SAME = "host: " + THERE + ", port: same";

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(host, port);
  }

  private static MemberSetup range(TransportKind transport, int first, int last) {
    return MemberSetup.on(transport).bind(HERE + ":" + first + "-" + last).backend(SAME);
  }

  private static List<TestBackend> echoes(int first, int count) throws IOException {
    List<TestBackend> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(TestBackend.echo(at(THERE, first + i)));
    }
    return all;
  }

  private static void closeAll(List<TestBackend> backends) throws IOException {
    for (TestBackend each : backends) {
      each.close();
    }
  }

  private static TestConnection served(int port, String text) throws IOException {
    TestConnection client = TestClient.connect(at(HERE, port));
    client.send(text);
    client.expect(text);
    return client;
  }

  @EveryTransport
  void eachPortLeadsToTheSameOneOfTheBackend(TransportKind transport) throws Exception {
    int first = FreePorts.run(4);
    List<TestBackend> backends = echoes(first, 4);
    try (TestMember member = range(transport, first, first + 3).accessLog().start()) {
      for (int i = 0; i < 4; i++) {
        served(first + i, "x").close();
        assertThat(backends.get(i).accepted()).isEqualTo(1);
      }
      List<JsonObject> lines = member.accessLog(4);
      assertThat(lines).extracting(line -> line.getString("listener")).containsOnly("web");
      assertThat(lines)
          .extracting(line -> line.getInteger("port"))
          .containsExactlyInAnyOrder(first, first + 1, first + 2, first + 3);
      assertThat(lines).extracting(line -> line.getString("backend")).containsOnly(THERE + ":same");
      assertThat(member.view().listeners()).singleElement().extracting("total").isEqualTo(4L);
      assertThat(member.view().listeners().get(0).address())
          .isEqualTo(HERE + ":" + first + "-" + (first + 3));
      assertThat(member.backend(0).total()).isEqualTo(4);
      member.awaitSessions(0);
    } finally {
      closeAll(backends);
    }
  }

  @EveryTransport
  void rangesOfIpv6AreServed(TransportKind transport) throws Exception {
    int first = FreePorts.run(2);
    try (TestBackend backend = TestBackend.echo(at(THERE, first + 1));
        TestMember member =
            MemberSetup.on(transport)
                .bind("[::1]:" + first + "-" + (first + 1))
                .backend(SAME)
                .start();
        TestConnection client = TestClient.connect(at("::1", first + 1))) {
      client.send("six");
      client.expect("six");
      assertThat(backend.accepted()).isEqualTo(1);
      assertThat(member.view().listeners().get(0).address())
          .isEqualTo("[::1]:" + first + "-" + (first + 1));
    }
  }

  @EveryTransport
  void limitsCountOverAllPorts(TransportKind transport) throws Exception {
    int first = FreePorts.run(3);
    List<TestBackend> backends = echoes(first, 3);
    try (TestMember member =
            MemberSetup.on(transport)
                .bind(HERE + ":" + first + "-" + (first + 2))
                .listener("limits: { connections: 2 }")
                .backend(SAME + ", maxConnections: 2")
                .start();
        TestConnection one = served(first, "a");
        TestConnection two = served(first + 1, "b")) {
      try (TestConnection three = TestClient.connect(at(HERE, first + 2))) {
        three.expectEof();
      }
      member.awaitRefused("limit-connections", 1);
      assertThat(member.backend(0).active()).isEqualTo(2);
      two.finish();
      two.expectEof();
      member.awaitSessions(1);
      served(first + 2, "c").close();
      one.send("still");
      one.expect("still");
    } finally {
      closeAll(backends);
    }
  }

  @EveryTransport
  void maxConnectionsOfABackendCountsOverAllPorts(TransportKind transport) throws Exception {
    int first = FreePorts.run(2);
    List<TestBackend> backends = echoes(first, 2);
    try (TestMember member =
            MemberSetup.on(transport)
                .bind(HERE + ":" + first + "-" + (first + 1))
                .backend(SAME + ", maxConnections: 1")
                .start();
        TestConnection one = served(first, "a")) {
      try (TestConnection two = TestClient.connect(at(HERE, first + 1))) {
        two.expectEof();
      }
      assertThat(member.backend(0).active()).isEqualTo(1);
      one.finish();
      one.expectEof();
      member.awaitSessions(0);
      served(first + 1, "b").close();
    } finally {
      closeAll(backends);
    }
  }

  @EveryTransport
  @Logs("accepts no clients until there is room")
  void clientsOfEachPortWaitWhileTheMemberIsFull(TransportKind transport) throws Exception {
    int first = FreePorts.run(3);
    List<TestBackend> backends = echoes(first, 3);
    try (TestMember member = range(transport, first, first + 2).node("maxSessions: 3").start();
        TestConnection one = served(first, "a");
        TestConnection two = served(first + 1, "b");
        TestConnection three = served(first + 2, "c")) {
      List<TestConnection> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(TestClient.connect(at(HERE, first + i)));
        waiting.get(i).send("w");
      }
      await().during(Duration.ofMillis(300)).until(() -> member.sessions().size() == 3);
      for (TestConnection live : List.of(one, two, three)) {
        live.finish();
        live.expectEof();
      }
      for (TestConnection each : waiting) {
        each.expect("w");
        each.close();
      }
      member.awaitSessions(0);
    } finally {
      closeAll(backends);
    }
  }

  @EveryTransport
  void namesAndDiscoveredBackendsTakeThePortToo(TransportKind transport) throws Exception {
    int first = FreePorts.run(2);
    String here = "127.0.0.5";
    String bind = here + ":" + first + "-" + (first + 1);
    MemberSetup named = MemberSetup.on(transport).bind(bind).backend("host: localhost, port: same");
    MemberSetup discovered =
        MemberSetup.on(transport).bind(bind).pool("discovery: { dns: localhost, port: same }");
    try (TestBackend one = TestBackend.echo(at(HERE, first));
        TestBackend two = TestBackend.echo(at(HERE, first + 1));
        TestMember member = named.start()) {
      for (int i = 0; i < 4; i++) {
        askHere(here, first);
        askHere(here, first + 1);
      }
      assertThat(one.accepted()).isEqualTo(4);
      assertThat(two.accepted()).isEqualTo(4);
      member.reload(discovered.dynamicPart());
      askHere(here, first + 1);
      assertThat(two.accepted()).isEqualTo(5);
      assertThat(member.view().pools().get(0).discovered())
          .extracting(Backend::id)
          .contains(HERE + ":same");
    }
  }

  private static void askHere(String host, int port) throws IOException {
    try (TestConnection client = TestClient.connect(at(host, port))) {
      client.send("x");
      client.expect("x");
    }
  }

  @EveryTransport
  void movedRangeKeepsSocketsAndSessions(TransportKind transport) throws Exception {
    int first = FreePorts.run(6);
    List<TestBackend> backends = echoes(first, 6);
    AtomicBoolean done = new AtomicBoolean();
    try (TestMember member = range(transport, first, first + 2).start();
        TestConnection ofGone = served(first, "gone");
        TestConnection ofKept = served(first + 2, "kept");
        Background background = new Background()) {
      Future<?> load = background.start(() -> askUntil(done, first + 2));
      member.reload(range(transport, first + 2, first + 5).dynamicPart());
      await().untilAsserted(() -> expectRefused(first));
      await().untilAsserted(() -> expectRefused(first + 1));
      for (int port = first + 2; port <= first + 5; port++) {
        served(port, "new").close();
      }
      member.reload(range(transport, first + 1, first + 5).dynamicPart());
      served(first + 1, "back").close();
      member.reload(
          MemberSetup.on(transport).bind(HERE + ":" + (first + 2)).backend(SAME).dynamicPart());
      await().untilAsserted(() -> expectRefused(first + 5));
      done.set(true);
      load.get();
      ofGone.send("lives");
      ofGone.expect("lives");
      ofKept.send("lives");
      ofKept.expect("lives");
      member.awaitSessions(2);
      assertThat(member.view().listeners()).singleElement().extracting("active").isEqualTo(2L);
    } finally {
      closeAll(backends);
    }
  }

  @EveryTransport
  void takenPortInTheMiddleLeavesNoneBoundAtTheStart(TransportKind transport) throws Exception {
    int first = FreePorts.run(5);
    try (ServerSocket taken = new ServerSocket(first + 3, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> range(transport, first, first + 4).start())
          .isInstanceOf(StartException.class)
          .hasMessageContaining(
              "listeners[0].bind: %s:%d-%d (expected: a free address for port %d)",
              HERE, first, first + 4, taken.getLocalPort());
      for (int port : new int[] {first, first + 1, first + 2, first + 4}) {
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
      }
    }
  }

  @Logs({"was not put in force, revision 1 stays", "(expected: a free address for port "})
  @EveryTransport
  void takenPortRefusesTheWholeChangeAndLeavesNoDescriptor(TransportKind transport)
      throws Exception {
    int first = FreePorts.run(40);
    try (TestBackend backend = TestBackend.echo(at(THERE, first));
        ServerSocket taken = new ServerSocket(first + 30, 1, InetAddress.getLoopbackAddress());
        TestMember member = range(transport, first, first + 1).start();
        TestConnection live = served(first, "a")) {
      long before = descriptors();
      member.write(range(transport, first, first + 39).dynamicPart());
      member.member().reload();
      await()
          .untilAsserted(
              () ->
                  assertThat(member.view().status().configProblems())
                      .singleElement()
                      .asString()
                      .contains("a free address for port " + taken.getLocalPort()));
      await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before));
      assertThat(member.view().listeners().get(0).address())
          .isEqualTo(HERE + ":" + first + "-" + (first + 1));
      expectRefused(first + 2);
      live.send("b");
      live.expect("b");
      assertThat(backend.accepted()).isEqualTo(1);
    }
  }

  @EveryTransport
  void portOfTheSocketCountsNotThatOfAHeader(TransportKind transport) throws Exception {
    int first = FreePorts.run(2);
    try (TestBackend backend = TestBackend.manual(at(THERE, first + 1));
        TestMember member =
            range(transport, first, first + 1)
                .listener("proxyProtocol: { mode: optional }")
                .pool("proxyProtocol: v1")
                .start();
        TestConnection told = TestClient.connect(at(HERE, first + 1));
        TestConnection plain = TestClient.connect(at(HERE, first + 1))) {
      told.send("PROXY TCP4 192.0.2.7 198.51.100.1 40001 22\r\nx");
      backend.next().expect("PROXY TCP4 192.0.2.7 198.51.100.1 40001 22\r\nx");
      plain.send("yy");
      backend
          .next()
          .expect("PROXY TCP4 127.0.0.1 127.0.0.1 " + portOf(plain) + " " + (first + 1) + "\r\nyy");
      assertThat(member.view().status().sessions()).isEqualTo(2);
    }
  }

  @EveryTransport
  void refusalOfOnePortDoesNotEjectTheHost(TransportKind transport) throws Exception {
    int first = FreePorts.run(2);
    try (TestBackend backend = TestBackend.echo(at(THERE, first));
        TestMember member =
            range(transport, first, first + 1).pool("outlier: { failures: 2 }").start()) {
      for (int i = 0; i < 5; i++) {
        try (TestConnection client = TestClient.connect(at(HERE, first + 1))) {
          client.expectEof();
        }
      }
      assertThat(member.backend(0).failures()).isEqualTo(5);
      assertThat(member.backend(0).isEjected()).isFalse();
      served(first, "x").close();
      assertThat(backend.accepted()).isEqualTo(1);
    }
  }

  @Test
  void sourceKeepsItsHostOverPoolsAndPorts() throws Exception {
    int control = FreePorts.run(6);
    List<TestBackend> backends = new ArrayList<>();
    for (String host : new String[] {"127.0.0.2", "127.0.0.3", "127.0.0.4"}) {
      for (int i = 0; i < 6; i++) {
        backends.add(TestBackend.serving(each -> each.send(host), at(host, control + i)));
      }
    }
    String pools =
        """
        listeners:
          - { name: control, bind: '127.0.0.1:%1$s', pool: control }
          - { name: data, bind: '127.0.0.1:%2$s-%3$s', pool: data }
        pools:
          - name: control
            balance: source-hash
            backends:
              - { host: 127.0.0.2, port: %1$s }
              - { host: 127.0.0.3, port: %1$s }
              - { host: 127.0.0.4, port: %1$s }
          - name: data
            balance: source-hash
            backends:
              - { host: 127.0.0.4, port: same }
              - { host: 127.0.0.2, port: same }
              - { host: 127.0.0.3, port: same }
        """
            .formatted(control, control + 1, control + 5);
    try (TestMember member = MemberSetup.on(TransportKind.NIO).start(pools)) {
      for (int source = 1; source <= 20; source++) {
        String from = "127.0.1." + source;
        String host = asked(from, control);
        for (int port = control + 1; port <= control + 5; port++) {
          assertThat(asked(from, port)).as(from + " at " + port).isEqualTo(host);
        }
      }
      member.awaitSessions(0);
    } finally {
      closeAll(backends);
    }
  }

  private static int portOf(TestConnection client) throws IOException {
    return ((InetSocketAddress) client.channel().getLocalAddress()).getPort();
  }

  private static String asked(String source, int port) throws IOException {
    try (TestConnection client = TestClient.connectFrom(source, at(HERE, port))) {
      return client.readText();
    }
  }

  private static Void askUntil(AtomicBoolean done, int port) throws Exception {
    while (!done.get()) {
      served(port, "x").close();
    }
    return null;
  }

  private static void expectRefused(int port) {
    assertThatThrownBy(() -> TestClient.connect(at(HERE, port)).close())
        .isInstanceOf(ConnectException.class);
  }

  /** Sockets of this process. */
  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(PortRangeTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException closed) {
      return false;
    }
  }
}
