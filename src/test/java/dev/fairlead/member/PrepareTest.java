package dev.fairlead.member;

import static dev.fairlead.member.DataPathFixture.listening;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cluster.revision.LocalConfig;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: a configuration that is prepared keeps its addresses for this member alone, without
 * serving anybody there; it comes in force as a whole or not at all, and leaves nothing when it
 * does not.
 *
 * <p>Provoked: prepared changes that are put in force, given up, overtaken by another one or by the
 * end of the listeners, and that meet a file where their socket should be.
 *
 * <p>A failure looks like: an address that others get, or that stays bound for ever; a cut session;
 * half of a change.
 */
class PrepareTest {
  @TempDir Path temp;
  private TestBackend backend;

  @BeforeEach
  void open() throws IOException {
    backend = TestBackend.echo();
  }

  @AfterEach
  void close() throws IOException {
    backend.close();
  }

  @EveryTransport
  void preparedAddressIsExclusiveAndRefusesClients(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      InetSocketAddress address = freeAddress();
      LocalConfig.PreparedChange prepared =
          member.prepare(listening(backend, "web=" + text(address)));
      expectRefused(address);
      expectTaken(address);
      prepared.abort().await();
      expectFree(address);
      assertThat(member.live.isConfigured()).isFalse();
    }
  }

  @EveryTransport
  void changeComesInForceBesideLiveSessions(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      member.putInForce(1, listening(backend, "web=127.0.0.1:0"));
      InetSocketAddress before = member.address("web");
      InetSocketAddress more = freeAddress();
      String next = listening(backend, "web=127.0.0.1:0", "more=" + text(more));
      try (TestConnection live = TestClient.connect(before)) {
        expectEcho(live);
        LocalConfig.PreparedChange prepared = member.prepare(next);
        expectEcho(live);
        member.commit(prepared, 2, next);
        expectEcho(live);
        expectServed(more);
        expectServed(before);
        assertThat(member.address("web")).isEqualTo(before);
      }
      expectTaken(more);
      assertThat(member.told).containsExactly(1L, 2L);
      assertThat(member.live.inForce().revision().text()).isEqualTo(next);
      assertThat(member.live.inForce().config().listeners()).hasSize(2);
    }
  }

  @EveryTransport
  void overtakenChangeIsStaleAndHoldsNothing(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      InetSocketAddress first = freeAddress();
      String winner = listening(backend, "web=" + text(first));
      LocalConfig.PreparedChange winning = member.prepare(winner);
      InetSocketAddress second = freeAddress();
      String loser = listening(backend, "web=" + text(second));
      LocalConfig.PreparedChange losing = member.prepare(loser);
      member.commit(winning, 1, winner);
      expectRefusal(409, () -> member.commit(losing, 2, loser));
      expectFree(second);
      assertThat(member.revision()).isEqualTo(1);
      expectServed(first);
      member.putInForce(2, loser);
      expectServed(second);
      expectFree(first);
    }
  }

  @EveryTransport
  void changesHeldTogetherMayWantOneAddress(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      InetSocketAddress address = freeAddress();
      String exact = listening(backend, "web=" + text(address));
      String any = listening(backend, "any=0.0.0.0:" + address.getPort());
      LocalConfig.PreparedChange first = member.prepare(exact);
      LocalConfig.PreparedChange second = member.prepare(exact);
      LocalConfig.PreparedChange third = member.prepare(any);
      first.abort().await();
      expectRefused(address);
      try (ServerSocket other = new ServerSocket()) {
        assertThatThrownBy(() -> other.bind(address)).isInstanceOf(BindException.class);
      }
      member.commit(second, 1, exact);
      expectServed(address);
      third.abort().await();
      expectServed(address);
    }
  }

  @EveryTransport
  void addressMayWidenAndNarrow(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      InetSocketAddress address = freeAddress();
      String any = listening(backend, "web=0.0.0.0:" + address.getPort());
      String exact = listening(backend, "web=" + text(address));
      member.putInForce(1, any);
      try (TestConnection live = TestClient.connect(address)) {
        expectEcho(live);
        for (int i = 2; i <= 6; i++) {
          member.putInForce(i, i % 2 == 0 ? exact : any);
          expectServed(address);
          expectEcho(live);
        }
      }
      member.prepare(any).abort().await();
      expectServed(address);
    }
  }

  @EveryTransport
  void failingCommitLeavesEverythingAsItWas(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      member.putInForce(1, listening(backend, "web=127.0.0.1:0"));
      InetSocketAddress before = member.address("web");
      InetSocketAddress more = freeAddress();
      Path path = temp.resolve("web.sock");
      String next = listening(backend, "more=" + text(more), "unix=unix:" + path);
      LocalConfig.PreparedChange prepared = member.prepare(next);
      Files.writeString(path, "somebody's");
      CommandException refused = expectRefusal(422, () -> member.commit(prepared, 2, next));
      assertThat(refused.problems())
          .allMatch(problem -> problem.line() > 0)
          .extracting(CommandProblem::toString)
          .containsExactly(
              "listeners[1].bind: unix:"
                  + path
                  + " (expected: an address that can be used: there is something else of that"
                  + " name)");
      expectFree(more);
      expectServed(before);
      assertThat(path).hasContent("somebody's");
      assertThat(member.proxy.addresses()).containsOnlyKeys("web");
      assertThat(member.told).containsExactly(1L);
    }
  }

  @EveryTransport
  void unixPathIsOnlyTriedUntilItComesInForce(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      Path path = temp.resolve("web.sock");
      String text = listening(backend, "web=unix:" + path);
      LocalConfig.PreparedChange prepared = member.prepare(text);
      assertThat(path).doesNotExist();
      try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        other.bind(UnixDomainSocketAddress.of(path));
        prepared.abort().await();
        assertThat(path).exists();
        CommandException refused = expectRefusal(422, () -> member.prepare(text));
        assertThat(refused.problems().get(0).message()).contains("expected: a free address");
      }
      member.putInForce(1, text); // over the stale file that the other one left
      expectServed(UnixDomainSocketAddress.of(path));
      member.putInForce(2, listening(backend));
      assertThat(path).doesNotExist();
    }
  }

  @EveryTransport
  void unixPathThatCannotBeIsRefusedWhenItIsHeld(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      InetSocketAddress address = freeAddress();
      Path missing = temp.resolve("no/such/web.sock");
      String text = listening(backend, "web=" + text(address), "unix=unix:" + missing);
      CommandException refused = expectRefusal(422, () -> member.prepare(text));
      assertThat(refused.problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.path()).isEqualTo("listeners[1].bind"));
      expectFree(address);
    }
  }

  @EveryTransport
  void unixSocketHasItsModeAndChangesItWithoutBeingTouched(TransportKind transport)
      throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      Path path = temp.resolve("web.sock");
      member.putInForce(1, listening(backend, "web=unix:" + path));
      expectMode(path, "rw-rw----");
      try (TestConnection live = TestClient.connect(UnixDomainSocketAddress.of(path))) {
        expectEcho(live);
        Object file = Files.getAttribute(path, "unix:ino");
        member.putInForce(2, listeningOn(path, "mode: '0606'"));
        expectMode(path, "rw----rw-");
        assertThat(Files.getAttribute(path, "unix:ino")).isEqualTo(file);
        expectEcho(live);
        expectServed(UnixDomainSocketAddress.of(path));
      }
      member.putInForce(3, listening(backend));
      assertThat(temp.toFile().list()).containsExactly("web.sock.lock");
    }
  }

  @EveryTransport
  void unknownOwnerOrGroupIsRefusedWhenItIsPrepared(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      Path path = temp.resolve("web.sock");
      expectNoAccount(member, path, "owner", "user");
      expectNoAccount(member, path, "group", "group");
      member.putInForce(1, listening(backend, "web=unix:" + path));
      expectNoAccount(member, path, "owner", "user");
      expectServed(UnixDomainSocketAddress.of(path));
      expectMode(path, "rw-rw----");
    }
  }

  private void expectNoAccount(DataPathFixture member, Path path, String key, String kind) {
    CommandException refused =
        expectRefusal(422, () -> member.prepare(listeningOn(path, key + ": nobody-knows")));
    assertThat(refused.problems())
        .allMatch(problem -> problem.line() > 0)
        .extracting(CommandProblem::toString)
        .containsExactly(
            "listeners[0].bind."
                + key
                + ": nobody-knows (expected: a "
                + kind
                + " of this machine)");
  }

  private String listeningOn(Path path, String access) {
    return listening(backend, "web=X").replace("'X'", "{ unix: " + path + ", " + access + " }");
  }

  private static void expectMode(Path path, String mode) throws IOException {
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString(mode));
  }

  @EveryTransport
  void listenersThatCloseMakeWhatIsHeldStale(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      member.putInForce(1, listening(backend, "web=127.0.0.1:0"));
      InetSocketAddress address = freeAddress();
      String next = listening(backend, "web=" + text(address));
      LocalConfig.PreparedChange prepared = member.prepare(next);
      member.proxy.stopListening().await();
      expectTaken(address);
      expectRefusal(409, () -> member.commit(prepared, 2, next));
      expectFree(address);
      CommandException refused = expectRefusal(409, () -> member.prepare(next));
      assertThat(refused.problems().get(0).message()).isEqualTo("the member is draining");
      assertThat(member.told).containsExactly(1L);
    }
  }

  @EveryTransport
  void secondAnswerToOneHoldChangesNothing(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      InetSocketAddress address = freeAddress();
      String text = listening(backend, "web=" + text(address));
      LocalConfig.PreparedChange prepared = member.prepare(text);
      member.commit(prepared, 1, text);
      prepared.abort().await();
      expectServed(address);
      LocalConfig.PreparedChange aborted = member.prepare(listening(backend));
      aborted.abort().await();
      expectRefusal(409, () -> member.commit(aborted, 2, text));
      expectServed(address);
    }
  }

  @EveryTransport
  void addressOfAListenerThatStaysIsRefused(TransportKind transport) throws IOException {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      member.putInForce(1, listening(backend, "web=127.0.0.1:0"));
      String same = "more=" + text(member.address("web"));
      String text = listening(backend, "web=127.0.0.1:0", same);
      CommandException refused = expectRefusal(422, () -> member.prepare(text));
      assertThat(refused.problems().get(0).message()).endsWith("(expected: a free address)");
      expectServed(member.address("web"));
    }
  }

  @EveryTransport
  void everyProblemOfADocumentIsTold(TransportKind transport) {
    try (DataPathFixture member = new DataPathFixture(transport, backend)) {
      String text = "listeners: []\npools:\n  - { name: web, balance: best, backends: 5 }\n";
      CommandException refused =
          expectRefusal(422, () -> member.live.load(Document.of(ConfigFormat.YAML, text)).await());
      assertThat(refused.problems())
          .extracting(CommandProblem::path)
          .containsExactlyInAnyOrder("pools[0].balance", "pools[0].backends");
      assertThat(refused.problems())
          .allSatisfy(problem -> assertThat(problem.line()).isEqualTo(3))
          .allSatisfy(problem -> assertThat(problem.member()).isNull());
    }
  }

  private static CommandException expectRefusal(int code, ThrowingCallable call) {
    CommandException[] refused = new CommandException[1];
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(CommandException.class, refusal -> refused[0] = refusal);
    assertThat(refused[0].code()).isEqualTo(code);
    return refused[0];
  }

  private static void expectServed(SocketAddress address) throws IOException {
    try (TestConnection client = TestClient.connect(address)) {
      expectEcho(client);
    }
  }

  private static void expectEcho(TestConnection connection) throws IOException {
    connection.send("x");
    connection.expect("x");
  }

  private static void expectRefused(SocketAddress address) {
    assertThatThrownBy(() -> TestClient.connect(address).close())
        .isInstanceOf(ConnectException.class);
  }

  private static void expectTaken(SocketAddress address) throws IOException {
    for (boolean reuse : new boolean[] {false, true}) {
      try (ServerSocket other = new ServerSocket()) {
        other.setReuseAddress(reuse);
        assertThatThrownBy(() -> other.bind(address)).isInstanceOf(BindException.class);
      }
    }
  }

  private static void expectFree(SocketAddress address) throws IOException {
    try (ServerSocket other = new ServerSocket()) {
      assertThatCode(() -> other.bind(address)).doesNotThrowAnyException();
    }
  }

  private static InetSocketAddress freeAddress() throws IOException {
    try (ServerSocket free = new ServerSocket()) {
      free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return (InetSocketAddress) free.getLocalSocketAddress();
    }
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
