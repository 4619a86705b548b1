package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a probe reports the fault, blames no backend for a local one, and leaves nothing
 * behind. Provoked with backends that refuse, hang, reset and can't be reached from here. A failure
 * would be a wrong or a vague reason, or a FIN where a reset was due.
 */
class ProbeTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Duration SHORT = Duration.ofMillis(50);

  @EveryTransport
  void connectedIsWellAndEndsWithReset(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.manual()) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.TCP, backend.port())))
          .isEqualTo(CheckResult.passed("connected"));
      backend.next().expectReset();
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
    }
  }

  @EveryTransport
  void refusedIsFailed(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        ClosedPort closed = new ClosedPort()) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.TCP, closed.port())))
          .isEqualTo(CheckResult.failed("connection refused"));
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
    }
  }

  @EveryTransport
  void timesOutWhileConnecting(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        FullBackend full = new FullBackend()) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.TCP, full.port()).within(SHORT)))
          .isEqualTo(CheckResult.failed("timed out"));
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
    }
  }

  @EveryTransport
  void timesOutWhileWaitingAndResets(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.manual()) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port()).expect(null, "hello").within(SHORT);
      assertThat(running.probe(probed)).isEqualTo(CheckResult.failed("timed out"));
      backend.next().expectReset();
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
    }
  }

  @EveryTransport
  void resetAndFinAreFailures(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend resetting = TestBackend.serving(ProbeTest::hearAndReset);
        TestBackend closing = TestBackend.saying("")) {
      assertThat(
              running.probe(
                  Probed.by(HealthConfig.Type.EXPECT, resetting.port()).expect("hi", "hello")))
          .isEqualTo(CheckResult.failed("connection reset"));
      assertThat(
              running.probe(
                  Probed.by(HealthConfig.Type.EXPECT, closing.port()).expect(null, "hello")))
          .isEqualTo(CheckResult.failed("connection closed"));
    }
  }

  @EveryTransport
  void unixSocket(TransportKind transport, @TempDir Path directory) throws Exception {
    Path path = directory.resolve("backend.sock");
    BackendConfig config = new BackendConfig(null, 0, path.toString(), 1, State.ENABLED);
    try (RunningLoop running = new RunningLoop(transport)) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.TCP, config)))
          .isEqualTo(CheckResult.failed("unreachable"));
      try (TestBackend backend =
          TestBackend.serving(Scripts::silent, UnixDomainSocketAddress.of(path))) {
        assertThat(backend.accepted()).isZero();
        assertThat(running.probe(Probed.by(HealthConfig.Type.TCP, config)))
            .isEqualTo(CheckResult.passed("connected"));
      }
    }
  }

  @EveryTransport
  void aProcessThatStoodStillBlamesNobody(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.manual()) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port())
              .expect(null, "hello")
              .within(Duration.ofSeconds(1));
      Probe.ProbeTarget target = Probe.ProbeTarget.of(probed.object(), probed.pool());
      Check check = Check.of(probed.health(), probed.backend(), Runnable::run, null);
      Check stopping =
          (pipeline, result) -> {
            check.install(pipeline, result);
            running.clock.addAndGet(Duration.ofMillis(1501).toNanos());
          };
      assertThat(running.probe(stopping, target))
          .isEqualTo(CheckResult.inconclusive("this process stood still"));
    }
  }

  @Test
  void nothingIsLateUpToHalfASecond() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.manual()) {
      Probed probed =
          Probed.by(HealthConfig.Type.TCP, backend.port()).within(Duration.ofSeconds(1));
      Check slow = (pipeline, result) -> running.clock.addAndGet(Duration.ofMillis(1500).toNanos());
      assertThat(running.probe(slow, Probe.ProbeTarget.of(probed.object(), probed.pool())))
          .isEqualTo(CheckResult.failed("timed out"));
    }
  }

  @EveryTransport
  void aSourceAddressThatIsNotHereBlamesNobody(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.echo()) {
      Probed probed = Probed.by(HealthConfig.Type.TCP, backend.port());
      for (String address : List.of("192.0.2.1", "::1")) {
        assertThat(running.probe(probed.from(List.of(ip(address)))))
            .as(address)
            .isEqualTo(CheckResult.inconclusive("no local port"));
      }
    }
  }

  @EveryTransport
  void connectsFromTheFirstSourceAddressOfTheFamily(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.manual()) {
      List<InetAddress> source = List.of(ip("::1"), ip("127.0.0.7"), ip("127.0.0.8"));
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port()).expect(null, "x").within(SHORT);
      assertThat(running.probe(probed.from(source))).isEqualTo(CheckResult.failed("timed out"));
      InetSocketAddress from = (InetSocketAddress) backend.next().channel().getRemoteAddress();
      assertThat(from.getAddress()).isEqualTo(source.get(1));
    }
  }

  @Test
  void aNameWithoutAddressesIsFailed() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO)) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.TCP, "backend.invalid", 80)))
          .isEqualTo(CheckResult.failed("name not resolved"));
    }
  }

  @EveryTransport
  void triesTheAddressesInTurn(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.echo()) {
      Probed probed = Probed.by(HealthConfig.Type.TCP, "backend.invalid", backend.port());
      Backend named = probed.object();
      named.resolved(List.of(ip("127.0.0.9"), LOOPBACK));
      assertThat(running.probe(probed, named)).isEqualTo(CheckResult.passed("connected"));
      assertThat(named.addresses().get(0))
          .as("sessions begin with the one that answered")
          .isEqualTo(new InetSocketAddress(LOOPBACK, backend.port()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no"})
  void oneAddressThatPassesIsEnough(String firstAnswer) throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend good = TestBackend.serving(ProbeTest::sayHello);
        TestBackend bad =
            TestBackend.serving(
                connection -> sayAndWait(connection, firstAnswer),
                new InetSocketAddress("127.0.0.9", good.port()))) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, "backend.invalid", good.port())
              .expect(null, "hello")
              .within(Duration.ofSeconds(2));
      Backend named = probed.object();
      named.resolved(List.of(ip("127.0.0.9"), LOOPBACK));
      assertThat(running.probe(probed, named).conclusion())
          .isEqualTo(CheckResult.Conclusion.PASSED);
      assertThat(bad.accepted()).isEqualTo(1);
      assertThat(named.addresses().get(0)).isEqualTo(new InetSocketAddress(LOOPBACK, good.port()));
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
    }
  }

  /** The timer is due in the moment in which the process goes on, and the answer is there. */
  @EveryTransport
  void anAnswerThatWaitsInTheKernelIsReadBeforeTheTimeIsOver(TransportKind transport)
      throws Exception {
    for (Duration suspension : List.of(Duration.ZERO, Duration.ofMinutes(1))) {
      expectAnswerRead(transport, suspension);
    }
  }

  private static void expectAnswerRead(TransportKind transport, Duration suspension)
      throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend =
            TestBackend.serving(
                connection -> {
                  connection.send("hello");
                  answered.countDown();
                  Scripts.silent(connection);
                })) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port()).expect(null, "hello").within(SHORT);
      Check check = Check.of(probed.health(), probed.backend(), Runnable::run, null);
      Check suspended =
          (pipeline, result) -> {
            pipeline.addLast(new StandStill(answered));
            check.install(pipeline, result);
            running.clock.addAndGet(suspension.toNanos());
          };
      assertThat(
              running
                  .probe(suspended, Probe.ProbeTarget.of(probed.object(), probed.pool()))
                  .conclusion())
          .isEqualTo(CheckResult.Conclusion.PASSED);
    }
  }

  /** Holds the event loop when connected, until the answer is sent and the time-out is over. */
  private static final class StandStill extends ChannelInboundHandlerAdapter {
    private final CountDownLatch answered;

    StandStill(CountDownLatch answered) {
      this.answered = answered;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
      answered.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      long until = System.nanoTime() + SHORT.multipliedBy(2).toNanos();
      while (until - System.nanoTime() > 0) {
        LockSupport.parkNanos(until - System.nanoTime());
      }
      context.fireChannelActive();
    }
  }

  private static void sayHello(TestConnection connection) throws IOException {
    sayAndWait(connection, "hello");
  }

  private static void sayAndWait(TestConnection connection, String text) throws IOException {
    connection.send(text);
    Scripts.silent(connection);
  }

  @Test
  void theBackendIsToBlameWhenOneAddressIsAndTheOtherIsNotToBeReachedFromHere() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        ClosedPort closed = new ClosedPort()) {
      Probed probed =
          Probed.by(HealthConfig.Type.TCP, "backend.invalid", closed.port())
              .from(List.of(LOOPBACK));
      Backend named = probed.object();
      named.resolved(List.of(LOOPBACK, ip("::1")));
      assertThat(running.probe(probed, named)).isEqualTo(CheckResult.failed("connection refused"));
    }
  }

  @Test
  void aPortOfItsOwn() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        ClosedPort closed = new ClosedPort();
        TestBackend backend = TestBackend.echo()) {
      assertThat(
              running.probe(Probed.by(HealthConfig.Type.TCP, closed.port()).port(backend.port())))
          .isEqualTo(CheckResult.passed("connected"));
    }
  }

  private static InetAddress ip(String address) throws UnknownHostException {
    return InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(address));
  }

  private static void hearAndReset(TestConnection connection) throws Exception {
    connection.expect("hi");
    connection.reset();
  }
}
