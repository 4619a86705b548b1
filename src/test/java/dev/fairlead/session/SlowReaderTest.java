package dev.fairlead.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.net.SocketTuning;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.PoolSettings;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import io.netty.channel.Channel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ensured: a peer that takes nothing for {@link SocketTuning#SLOW_AFTER} but still acknowledges is
 * spared the kernel's user time-out, so it has until {@code idle}; one that has nothing to take
 * keeps it.
 *
 * <p>Provoked: a client that does not read what fills every buffer, and a clock that only the test
 * moves. The kernel's own clock has not moved, so its last acknowledgement is young.
 *
 * <p>A failure looks like: a slow reader that Linux would cut after two minutes, or a vanished peer
 * that is never detected.
 */
class SlowReaderTest {
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_USER_TIMEOUT = 18;
  private static final int MORE_THAN_BUFFERS = 64 << 20;
  private static final Duration DAY = Duration.ofDays(1);

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void readerThatTakesNothingIsSparedTheUserTimeoutAfterNinetySeconds(TransportKind kind)
      throws Exception {
    try (TestBackend backend = TestBackend.manual();
        LoopFixture fixture = fixture(kind, backend);
        TestConnection reader = fixture.connect();
        Background background = new Background()) {
      Channel toReader = fixture.accepted();
      setUserTimeout(fixture, toReader);
      TestConnection server = backend.next();
      background.start(
          () -> {
            server.send(new byte[MORE_THAN_BUFFERS]);
            return null;
          });
      await().until(() -> fixture.onLoop(() -> !toReader.isWritable()));
      fixture.advance(Duration.ofSeconds(1));
      fixture.advance(SocketTuning.SLOW_AFTER.minusSeconds(1));
      assertThat(userTimeout(fixture, toReader)).as("before 90 s").isPositive();
      // The kernel may still have taken bytes meanwhile, from which the 90 s count again.
      await()
          .until(
              () -> {
                fixture.advance(SocketTuning.SLOW_AFTER.plusSeconds(1));
                return userTimeout(fixture, toReader) == 0;
              });
      assertThat(fixture.count.live()).isEqualTo(1);
      reader.reset();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void quietPeerKeepsTheUserTimeout(TransportKind kind) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(kind, backend);
        TestConnection client = fixture.connect()) {
      Channel toClient = fixture.accepted();
      setUserTimeout(fixture, toClient);
      client.send("x");
      client.expect("x");
      await().until(() -> fixture.onLoop(() -> SocketTuning.sendQueue(toClient).orElse(1) == 0));
      fixture.advance(SocketTuning.SLOW_AFTER.multipliedBy(2));
      assertThat(userTimeout(fixture, toClient)).isPositive();
    }
  }

  private static LoopFixture fixture(TransportKind kind, TestBackend backend) throws Exception {
    return new LoopFixture(kind)
        .configure(
            new PoolSettings()
                .backend(backend.port())
                .timeouts(new Timeouts(DAY, DAY, Duration.ZERO, 0))
                .config());
  }

  /** As an accepted socket inherits it from the listening one of a running member. */
  private static void setUserTimeout(LoopFixture fixture, Channel channel) throws Exception {
    fixture.onLoop(
        () -> {
          SocketTuning.keepAlive(channel);
          return null;
        });
    assertThat(userTimeout(fixture, channel)).isPositive();
  }

  private static int userTimeout(LoopFixture fixture, Channel channel) throws Exception {
    return fixture.onLoop(
        () -> ((Socket) ((UnixChannel) channel).fd()).getIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT));
  }
}
