package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.Descriptors;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Payload;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensured: a stream that stays in the kernel arrives whole, in order, with its end, and leaves no
 * pipe behind.
 *
 * <p>Provoked: streams and small pieces in turn, in both directions at once; a reader that is slow
 * when the FIN comes; resets in the midst; {@code splice: false}.
 *
 * <p>A failure looks like: another digest, an end that is missing, or a descriptor that stays.
 */
@EnabledOnOs(OS.LINUX)
class SpliceTest {
  private static final long LARGE = 32 * 1024 * 1024;
  private static final int ROUNDS = 40;

  @Test
  void longStreamIsSplicedAndItsPipesAreClosedAtTheEnd() throws Exception {
    long before = pipes();
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on("splice: true").backends(backend).start()) {
      assertThat(pipesOfATransfer(member, backend)).isGreaterThan(before);
      member.awaitSessions(0);
    }
    await().untilAsserted(() -> assertThat(pipes()).isEqualTo(before));
  }

  @Test
  void nothingIsSplicedWhereItIsSwitchedOff() throws Exception {
    long before = pipes();
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on("splice: false").backends(backend).start()) {
      assertThat(pipesOfATransfer(member, backend)).isEqualTo(before);
    }
  }

  /** Returns the number of pipes after a transfer both ways. */
  private static long pipesOfATransfer(TestMember member, TestBackend backend) throws Exception {
    try (TestConnection client = TestClient.connect(member)) {
      Payload.exchange(client, backend.next(), LARGE);
      return pipes();
    }
  }

  /** Each round is a stream or a few small pieces, so that splicing begins and ends often. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void streamsAndSmallPiecesInTurnArriveInOrder(long seed) throws Exception {
    Random random = new Random(seed);
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on("splice: true").backends(backend).start();
        TestConnection client = TestClient.connect(member);
        Background background = new Background()) {
      client.send("x");
      TestConnection server = backend.next();
      server.expect("x");
      for (int round = 0; round < ROUNDS; round++) {
        boolean stream = random.nextBoolean();
        byte[] sent = new byte[stream ? 1 + random.nextInt(3 << 20) : 1 + random.nextInt(9000)];
        random.nextBytes(sent);
        TestConnection from = random.nextBoolean() ? client : server;
        TestConnection to = from == client ? server : client;
        Future<Boolean> sending =
            background.start(
                () -> {
                  from.send(sent);
                  return true;
                });
        assertThat(to.readExactly(sent.length)).isEqualTo(sent);
        assertThat(sending.get()).isTrue();
      }
    }
  }

  @Test
  void slowReaderGetsAllOfAStreamAndItsEnd() throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on("splice: true").backends(backend).start();
        TestConnection client = TestClient.connectWithSmallBuffer(member);
        Background background = new Background()) {
      TestConnection server = backend.next();
      Future<Payload> sent = background.start(() -> Payload.sendAll(server, 3, LARGE / 4));
      assertThat(Payload.receiveInPieces(client, 10_007)).isEqualTo(sent.get());
      client.send("after the end");
      server.expect("after the end");
      client.finish();
      member.awaitSessions(0);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void resetsInTheMidstOfStreamsLeaveNoPipe(long seed) throws Exception {
    Random random = new Random(seed);
    long before = pipes();
    try (TestBackend backend = TestBackend.manual();
        TestMember member = on("splice: true").backends(backend).start();
        Background background = new Background()) {
      for (int i = 0; i < ROUNDS; i++) {
        TestConnection client = TestClient.connectWithSmallBuffer(member);
        TestConnection server = backend.next();
        Future<Payload> sending = background.start(() -> Payload.sendAll(server, seed, LARGE));
        client.readExactly(1 + random.nextInt(2 << 20));
        (random.nextBoolean() ? client : server).reset();
        await().until(sending::isDone);
        client.close();
        server.close();
      }
      member.awaitSessions(0);
    }
    await().untilAsserted(() -> assertThat(pipes()).isEqualTo(before));
  }

  private static MemberSetup on(String splice) {
    return MemberSetup.on(TransportKind.EPOLL).node(splice);
  }

  /** Ends of pipes that this process has open. */
  private static long pipes() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(Descriptors::isPipe).count();
    }
  }
}
