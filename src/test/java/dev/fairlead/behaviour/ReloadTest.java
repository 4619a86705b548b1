package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import dev.fairlead.testkit.TlsSocket;
import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: a changed file is in force as a whole or not at all; live sessions and listeners that it
 * does not concern never notice.
 *
 * <p>Provoked: files with other backends, weights, names and addresses, under load, broken, and
 * with an address in use.
 *
 * <p>A failure looks like: a refused client, a cut session, or half of a change.
 */
class ReloadTest {
  private static final int RELOADS = 200;
  private static final int CLIENTS = 3;

  @EveryTransport
  void addedBackendTakesSessionsAndRemovedOneFinishesItsOwn(TransportKind transport)
      throws Exception {
    try (TestBackend old = TestBackend.echo();
        TestBackend fresh = TestBackend.saying("fresh");
        TestMember member = MemberSetup.on(transport).backends(old).start();
        TestConnection live = TestClient.connect(member)) {
      live.send("a");
      live.expect("a");
      member.reload(MemberSetup.on(transport).backends(fresh).dynamicPart());
      assertThat(TestClient.ask(member)).isEqualTo("fresh");
      live.send("still there");
      live.expect("still there");
      live.finish();
      live.expectEof();
      member.awaitSessions(0);
      assertThat(old.accepted()).isEqualTo(1);
    }
  }

  @EveryTransport
  void changedWeightCountsForTheNextClient(TransportKind transport) throws Exception {
    try (TestBackend first = TestBackend.saying("1");
        TestBackend second = TestBackend.saying("2");
        TestMember member = MemberSetup.on(transport).backends(first, second).start()) {
      member.reload(
          MemberSetup.on(transport).backend(first, "weight: 0").backends(second).dynamicPart());
      int before = first.accepted();
      for (int i = 0; i < 10; i++) {
        assertThat(TestClient.ask(member)).isEqualTo("2");
      }
      assertThat(first.accepted()).isEqualTo(before);
    }
  }

  @EveryTransport
  void renamedPoolAndMovedListenerKeepLiveSessions(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection live = TestClient.connect(member)) {
      live.send("a");
      live.expect("a");
      SocketAddress before = member.address();
      String moved = MemberSetup.on(transport).bind("127.0.0.2:0").backends(backend).dynamicPart();
      member.reload(moved.replace("pool: web", "pool: api").replace("- name: web", "- name: api"));
      assertThat(member.address()).isNotEqualTo(before);
      await().untilAsserted(() -> expectRefused(before));
      try (TestConnection client = TestClient.connect(member)) {
        client.send("b");
        client.expect("b");
      }
      live.send("c");
      live.expect("c");
    }
  }

  @EveryTransport
  void clientsAreNeverRefusedWhileTheFileChanges(TransportKind transport) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (TestBackend first = TestBackend.echo();
        TestBackend second = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).backends(first, second).start();
        Background background = new Background()) {
      SocketAddress address = member.address();
      Future<?>[] load = new Future<?>[CLIENTS];
      for (int i = 0; i < CLIENTS; i++) {
        load[i] = background.start(() -> askUntil(done, address));
      }
      for (int i = 0; i < RELOADS; i++) {
        MemberSetup next = MemberSetup.on(transport).backends(first);
        member.reload(i % 2 == 0 ? next.dynamicPart() : next.backends(second).dynamicPart());
      }
      done.set(true);
      for (Future<?> each : load) {
        each.get();
      }
      assertThat(member.address()).isEqualTo(address);
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  @Logs({"was not put in force, revision 1 stays", ":10: not YAML"})
  void brokenFileKeepsTheOldOneAndIsShown(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.saying("old");
        TestMember member = MemberSetup.on(transport).backends(backend).start()) {
      member.write("listeners: 5\npools: [\n");
      await().untilAsserted(() -> assertThat(member.view().status().configProblems()).isNotEmpty());
      assertThat(member.json("/api/v1/status").getJsonObject("config").getJsonArray("problems"))
          .isNotEmpty();
      assertThat(TestClient.ask(member)).isEqualTo("old");
      assertThat(member.view().config().revision().revision()).isEqualTo(1);
      member.reload(MemberSetup.on(transport).backend(backend, "weight: 2").dynamicPart());
      await().untilAsserted(() -> assertThat(member.view().status().configProblems()).isEmpty());
    }
  }

  /** What was set by hand must outlive an edit of the file that does not concern it. */
  @Test
  @Logs({
    "LiveConfig - changed in the file, in effect after a restart: cluster.name",
    " undoes settings of single backends: web/127.0.0.1:"
  })
  void changeOfTheNodePartAlonePushesNothing() throws Exception {
    try (TestBackend backend = TestBackend.saying("x");
        TestMember member = MemberSetup.on(TransportKind.NIO).backends(backend).start()) {
      MemberSetup same = MemberSetup.on(TransportKind.NIO).backends(backend);
      JsonObject set = new JsonObject().put("pool", "web").put("backend", member.backend(0).id());
      member.member().commands().set(set.put("weight", 7), "test").await();

      member.write(same.dynamicPart() + "cluster: { name: other }\n");
      await()
          .untilAsserted(
              () ->
                  assertThat(member.view().status().restartNeeded())
                      .containsExactly("cluster.name"));
      member.reload(MemberSetup.on(TransportKind.NIO).backend(backend, "weight: 2").dynamicPart());

      assertThat(member.view().config().revision().revision()).isEqualTo(3);
    }
  }

  @EveryTransport
  @Logs({"was not put in force, revision 1 stays", "(expected: a free address)"})
  void addressInUseRefusesTheWholeChange(TransportKind transport) throws Exception {
    try (TestBackend old = TestBackend.saying("old");
        TestBackend fresh = TestBackend.saying("fresh");
        ServerSocketChannel taken = ServerSocketChannel.open();
        TestMember member = MemberSetup.on(transport).backends(old).start()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = ((InetSocketAddress) taken.getLocalAddress()).getPort();
      String added = "  - { name: more, bind: '127.0.0.1:" + port + "', pool: web }\npools:";
      member.write(
          MemberSetup.on(transport).backends(fresh).dynamicPart().replace("pools:", added));
      await()
          .untilAsserted(
              () ->
                  assertThat(member.view().status().configProblems())
                      .singleElement()
                      .asString()
                      .contains("listeners[1].bind")
                      .contains("127.0.0.1:" + port + " (expected: a free address)"));
      assertThat(TestClient.ask(member)).isEqualTo("old");
      assertThat(member.view().listeners()).hasSize(1);
    }
  }

  @Test
  @Logs({"was not put in force, revision 1 stays", "(expected: a file that can be read)"})
  void fileIsInForceOnceItsCertificateHasCome(@TempDir Path directory, LogWatch logged)
      throws Exception {
    Path certificate = directory.resolve("late.pem");
    TestCa ca = TestCa.root("Test CA");
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(TransportKind.NIO).backends(backend).start()) {
      String tls = "tls: { certificates: [{ cert: '" + certificate + "' }] }";
      member.write(MemberSetup.on(TransportKind.NIO).listener(tls).backends(backend).dynamicPart());
      await().untilAsserted(() -> assertThat(member.view().status().configProblems()).isNotEmpty());
      Files.writeString(certificate, ca.issue("late", "dns:late.example").pem());
      await().untilAsserted(() -> assertThat(member.view().status().configProblems()).isEmpty());
      try (TlsSocket client = TlsSocket.trusting(ca).to(member, "late.example")) {
        client.send("x");
        client.expect("x");
      }
      assertThat(logged.lines()).filteredOn(line -> line.contains("not put in force")).hasSize(1);
    }
  }

  @EveryTransport
  @Logs({"was not put in force, revision 1 stays", "is draining, ask another one"})
  void changeWhileDrainingOpensNothingAgain(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection live = TestClient.connect(member)) {
      live.send("a");
      live.expect("a");
      SocketAddress address = member.address();
      member.member().drain();
      await().untilAsserted(() -> expectRefused(address));
      member.write(MemberSetup.on(transport).backend(backend, "weight: 2").dynamicPart());
      member.member().reload();
      await()
          .untilAsserted(
              () ->
                  assertThat(member.view().status().configProblems())
                      .singleElement()
                      .asString()
                      .contains("draining"));
      assertThat(member.member().addresses()).isEmpty();
      live.send("b");
      live.expect("b");
    }
  }

  private static Void askUntil(AtomicBoolean done, SocketAddress address) throws Exception {
    while (!done.get()) {
      try (TestConnection client = TestClient.connect(address)) {
        client.send("x");
        client.finish();
        assertThat(client.readText()).isEqualTo("x");
      }
    }
    return null;
  }

  private static void expectRefused(SocketAddress address) {
    assertThatThrownBy(() -> TestClient.connect(address).close())
        .isInstanceOf(ConnectException.class);
  }
}
