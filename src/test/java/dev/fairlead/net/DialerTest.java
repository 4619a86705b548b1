package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestRun;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Ensured: one address that does not answer leaves time for the next, a dial has one outcome, and
 * no channel stays open that was not handed over.
 *
 * <p>Provoked: addresses that drop packets, refuse and accept, in all orders, and a clock that only
 * the test moves.
 *
 * <p>A failure looks like: a second address that is never tried, or a descriptor left.
 */
class DialerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long NEVER = Long.MAX_VALUE;

  @EveryTransport
  void connectsToTheFirstAddressThatAnswers(TransportKind kind) throws Exception {
    try (Dial dial = new Dial(kind);
        ClosedPort closed = new ClosedPort();
        TestBackend alive = TestBackend.echo()) {
      dial.start(at(closed.port()), at(alive.port()));
      dial.expect("connected " + alive.port());
      dial.expectOpen(1);
    }
  }

  @Test
  void timeToConnectIsMeasuredThoughTheClockOfTheTimeoutsStandsStill() throws Exception {
    try (Dial dial = new Dial(TransportKind.AUTO);
        TestBackend alive = TestBackend.echo()) {
      dial.start(at(alive.port()));
      dial.expect("connected " + alive.port());
      assertThat(dial.connectNanos).isPositive();
    }
  }

  @EveryTransport
  void silentFirstAddressLeavesHalfOfTheTimeForTheSecond(TransportKind kind) throws Exception {
    try (Dial dial = new Dial(kind);
        FullBackend silent = new FullBackend();
        TestBackend alive = TestBackend.echo()) {
      dial.start(at(silent.port()), at(alive.port()));
      assertThat(dial.deadline()).isEqualTo(5 * SECOND);
      dial.expireAt(5 * SECOND - 1);
      assertThat(dial.outcomes).isEmpty();
      dial.expireAt(5 * SECOND);
      dial.expect("connected " + alive.port());
      dial.expectOpen(1);
    }
  }

  @EveryTransport
  void timeThatARefusedAddressLeavesIsTheNextOnes(TransportKind kind) throws Exception {
    try (Dial dial = new Dial(kind);
        ClosedPort closed = new ClosedPort();
        FullBackend silent = new FullBackend()) {
      dial.start(at(closed.port()), at(silent.port()));
      await().until(() -> dial.deadline() == 10 * SECOND);
      dial.expireAt(10 * SECOND);
      dial.expect("failed TIMED_OUT");
      assertThat(dial.deadline()).isEqualTo(NEVER);
      dial.expectOpen(0);
    }
  }

  @Test
  void lateTimerStillTriesTheLastAddress() throws Exception {
    try (Dial dial = new Dial(TransportKind.AUTO);
        FullBackend silent = new FullBackend();
        TestBackend alive = TestBackend.echo()) {
      dial.start(at(silent.port()), at(alive.port()));
      dial.expireAt(10 * SECOND + Dialer.GRACE_NANOS - 1);
      dial.expect("connected " + alive.port());
    }
  }

  @Test
  void nothingIsTriedLongAfterTheTimeout() throws Exception {
    try (Dial dial = new Dial(TransportKind.AUTO);
        FullBackend silent = new FullBackend();
        TestBackend alive = TestBackend.echo()) {
      dial.start(at(silent.port()), at(alive.port()));
      dial.expireAt(10 * SECOND + Dialer.GRACE_NANOS);
      dial.expect("failed TIMED_OUT");
      assertThat(alive.accepted()).isZero();
      dial.expectOpen(0);
    }
  }

  @Test
  void addressOfAnotherFamilyIsNoExcuseForOneThatRefused() throws Exception {
    try (Dial dial = new Dial(TransportKind.AUTO);
        ClosedPort closed = new ClosedPort()) {
      dial.sources = List.of(ip("127.0.0.1"));
      dial.start(at(closed.port()), new InetSocketAddress(ip("::1"), closed.port()));
      dial.expect("failed REFUSED");
      dial.start(new InetSocketAddress(ip("::1"), closed.port()));
      dial.expect("failed NO_LOCAL_PORT");
      dial.expectOpen(0);
    }
  }

  @Test
  void localAddressesOfTheFamilyAreTakenInTurn() throws Exception {
    try (Dial dial = new Dial(TransportKind.AUTO);
        TestBackend backend = TestBackend.manual()) {
      dial.sources = List.of(ip("127.0.0.7"), ip("::1"), ip("127.0.0.8"));
      for (String from : List.of("127.0.0.7", "127.0.0.8", "127.0.0.7")) {
        dial.start(at(backend.port()));
        InetSocketAddress seen = (InetSocketAddress) backend.next().channel().getRemoteAddress();
        assertThat(seen.getAddress().getHostAddress()).isEqualTo(from);
      }
    }
  }

  @Test
  void unresolvedNameFailsAtOnce() throws Exception {
    try (Dial dial = new Dial(TransportKind.AUTO)) {
      dial.start();
      dial.expect("failed NAME_NOT_RESOLVED");
      assertThat(dial.deadline()).isEqualTo(NEVER);
    }
  }

  @EveryTransport
  void cancelledDialReportsNothingAndLeavesNothingOpen(TransportKind kind) throws Exception {
    try (Dial dial = new Dial(kind);
        FullBackend silent = new FullBackend()) {
      dial.start(at(silent.port()));
      dial.run(() -> dial.dialer.cancel(true));
      dial.run(() -> dial.dialer.cancel(true));
      dial.expireAt(20 * SECOND);
      dial.expectOpen(0);
      assertThat(dial.outcomes).isEmpty();
    }
  }

  @EveryTransport
  void bugInTheReceiverIsReportedAndLeavesNothingOpen(TransportKind kind) throws Exception {
    try (Dial dial = new Dial(kind);
        TestBackend alive = TestBackend.manual()) {
      dial.bug = new IllegalStateException("a bug");
      dial.start(at(alive.port()));
      dial.expect("crashed a bug");
      dial.expectOpen(0);
      alive.next().expectEnd();
    }
  }

  @EveryTransport
  void bugWhileTheChannelIsPreparedIsNoFailureOfTheAddress(TransportKind kind) throws Exception {
    try (Dial dial = new Dial(kind);
        TestBackend alive = TestBackend.manual()) {
      dial.openingBug = new IllegalStateException("a bug");
      dial.start(at(alive.port()), at(alive.port()));
      dial.expect("crashed a bug");
      dial.expectOpen(0);
      assertThat(dial.deadline()).isEqualTo(NEVER);
    }
  }

  private static InetAddress ip(String address) {
    return NetUtil.createInetAddressFromIpAddressString(address);
  }

  private static SocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** A dialer on an event loop of its own, and what it reports. */
  private static final class Dial implements Dialer.DialEvents, AutoCloseable {

    final Queue<String> outcomes = new ConcurrentLinkedQueue<>();
    final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
    final AtomicLong clock = new AtomicLong();
    final EventLoop eventLoop;
    final Dialer dialer;
    List<InetAddress> sources = List.of();
    volatile long connectNanos;
    volatile RuntimeException bug;
    volatile RuntimeException openingBug;
    private long turn;

    Dial(TransportKind kind) {
      Transport transport = null;
      try {
        transport = Transport.of(kind);
      } catch (Transport.UnavailableException e) {
        Assumptions.abort("skipped: " + e.getMessage());
      }
      eventLoop =
          new SingleThreadIoEventLoop(
              null,
              new DefaultThreadFactory("dials"),
              transport.implementation().ioHandlerFactory());
      dialer = new Dialer(eventLoop, transport, clock::get, this);
    }

    void start(SocketAddress... addresses) throws Exception {
      run(() -> dialer.dial(List.of(addresses), TIMEOUT, sources, turn++));
    }

    void expireAt(long now) throws Exception {
      clock.set(now);
      run(() -> dialer.expire(now));
    }

    long deadline() throws Exception {
      return eventLoop.submit(dialer::deadline).get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    void run(Runnable task) throws Exception {
      eventLoop.submit(task).get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    void expect(String outcome) {
      await().untilAsserted(() -> assertThat(outcomes).containsExactly(outcome));
      outcomes.clear();
    }

    void expectOpen(int open) {
      await().until(() -> channels.stream().filter(Channel::isOpen).count() == open);
    }

    @Override
    public void opened(Channel channel) {
      channels.add(channel);
      if (openingBug != null) {
        throw openingBug;
      }
    }

    @Override
    public void connected(SocketAddress address, long nanos) {
      if (bug != null) {
        throw bug;
      }
      connectNanos = nanos;
      outcomes.add("connected " + ((InetSocketAddress) address).getPort());
    }

    @Override
    public void failed(ConnectFailure failure) {
      outcomes.add("failed " + failure);
    }

    @Override
    public void crashed(Throwable crash) {
      outcomes.add("crashed " + crash.getMessage());
    }

    @Override
    public void close() {
      channels.stream().filter(Channel::isOpen).forEach(Channel::close);
      eventLoop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}
