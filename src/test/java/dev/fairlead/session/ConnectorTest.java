package dev.fairlead.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.ClosedPort;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FullBackend;
import dev.fairlead.testkit.PoolSettings;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestRun;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Ensured: a session gets a backend as long as one answers within the attempts, and is counted at
 * the one it has and at no other.
 *
 * <p>Provoked: backends that refuse, drop packets, are full or change by a reload meanwhile; the
 * session is a fake that records its calls.
 *
 * <p>A failure looks like: a refused client though a backend is there, or a count that stays.
 */
class ConnectorTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  @EveryTransport
  void refusedBackendIsUncountedAndTheNextOneIsTried(TransportKind kind) throws Exception {
    try (ClosedPort closed = new ClosedPort();
        TestBackend alive = TestBackend.manual();
        Attempt attempt =
            new Attempt(kind, new PoolSettings().backend(closed.port()).backup(alive.port()))) {
      attempt.start();
      attempt.expect("connected 127.0.0.1:" + alive.port());
      assertThat(attempt.fixture.backend(0).active()).isZero();
      assertThat(attempt.fixture.backend(0).failures()).isEqualTo(1);
      assertThat(attempt.fixture.backend(1).active()).isEqualTo(1);
    }
  }

  @Test
  void noMoreBackendsThanAttemptsAreTried() throws Exception {
    try (ClosedPort first = new ClosedPort();
        ClosedPort second = new ClosedPort();
        TestBackend alive = TestBackend.manual();
        Attempt attempt =
            new Attempt(
                TransportKind.NIO,
                new PoolSettings()
                    .backend(first.port())
                    .backend(second.port())
                    .backup(alive.port())
                    .connect(TIMEOUT, 2))) {
      attempt.start();
      attempt.expect("not connected REFUSED");
      assertThat(alive.accepted()).isZero();
      attempt.expectUncounted();
    }
  }

  @Test
  void poolWithoutBackendsIsReportedWithoutAFailure() throws Exception {
    try (Attempt attempt = new Attempt(TransportKind.NIO, new PoolSettings())) {
      attempt.start();
      attempt.expect("not connected null");
    }
  }

  @Test
  void silentBackendIsGivenUpAtItsDeadlineAndNotBefore() throws Exception {
    try (FullBackend silent = new FullBackend();
        Attempt attempt =
            new Attempt(
                TransportKind.NIO, new PoolSettings().backend(silent.port()).connect(TIMEOUT, 1))) {
      attempt.start();
      assertThat(attempt.deadline()).isEqualTo(attempt.fixture.nanos.get() + TIMEOUT.toNanos());
      attempt.passTime(TIMEOUT.minusNanos(1));
      assertThat(attempt.reports).isEmpty();
      attempt.passTime(Duration.ofNanos(1));
      attempt.expect("not connected TIMED_OUT");
      attempt.expectUncounted();
    }
  }

  @EveryTransport
  void triedBackendIsNotTriedAgainAfterAReload(TransportKind kind) throws Exception {
    try (FullBackend dead = new FullBackend();
        TestBackend alive = TestBackend.manual();
        Attempt attempt =
            new Attempt(
                kind,
                new PoolSettings().backend(dead.port()).backup(alive.port()).connect(TIMEOUT, 2))) {
      attempt.start();
      attempt.fixture.configure(
          new PoolSettings()
              .backend(dead.port())
              .backup(alive.port())
              .connect(TIMEOUT.plusSeconds(1), 2)
              .config());
      attempt.passTime(TIMEOUT);
      attempt.expect("connected 127.0.0.1:" + alive.port());
    }
  }

  @Test
  void theAddressThatAnsweredIsTheFirstOneNextTime() throws Exception {
    try (FullBackend silent = new FullBackend();
        Attempt attempt =
            new Attempt(
                TransportKind.NIO,
                new PoolSettings().backend("backend.invalid", silent.port()).connect(TIMEOUT, 1));
        TestBackend alive =
            TestBackend.serving(
                connection -> {}, new InetSocketAddress(ip("127.0.0.9"), silent.port()))) {
      Backend named = attempt.fixture.backend(0);
      named.resolved(List.of(ip("127.0.0.1"), ip("127.0.0.9")));
      attempt.start();
      attempt.passTime(TIMEOUT.dividedBy(2));
      attempt.expect("connected backend.invalid:" + alive.port());
      assertThat(named.addresses().get(0))
          .isEqualTo(new InetSocketAddress(ip("127.0.0.9"), silent.port()));
      assertThat(named.failures()).isZero();
    }
  }

  @Test
  void waitsWhileAllBackendsAreFullAndTakesTheOneThatGetsRoom() throws Exception {
    try (TestBackend only = TestBackend.manual();
        Attempt attempt =
            new Attempt(TransportKind.NIO, full(new PoolSettings().backend(only.port())))) {
      attempt.takeRoom();
      attempt.start();
      assertThat(attempt.reports).isEmpty();
      assertThat(attempt.account.record(0, null).phase()).isEqualTo(Phase.QUEUE);
      attempt.makeRoom();
      attempt.expect("connected 127.0.0.1:" + only.port());
      assertThat(attempt.fixture.backend(0).active()).isEqualTo(1);
    }
  }

  @Test
  void waitThatTakesTooLongIsRefused() throws Exception {
    try (TestBackend only = TestBackend.manual();
        Attempt attempt =
            new Attempt(TransportKind.NIO, full(new PoolSettings().backend(only.port())))) {
      attempt.takeRoom();
      attempt.start();
      attempt.passTime(Duration.ofSeconds(9));
      attempt.expect("refused QUEUE_TIMEOUT");
    }
  }

  @Test
  void sessionThatHasTriedABackendDoesNotWaitForAFullOne() throws Exception {
    try (ClosedPort closed = new ClosedPort();
        TestBackend busy = TestBackend.manual();
        Attempt attempt =
            new Attempt(
                TransportKind.NIO,
                full(new PoolSettings().backend(closed.port()).backup(busy.port())))) {
      attempt.fixture.backend(1).trySelect();
      attempt.start();
      attempt.expect("not connected REFUSED");
      assertThat(attempt.poolQueue()).isZero();
    }
  }

  @EveryTransport
  void cancelledAttemptLeavesNothingCountedOrOpen(TransportKind kind) throws Exception {
    try (FullBackend silent = new FullBackend();
        Attempt attempt = new Attempt(kind, new PoolSettings().backend(silent.port()))) {
      attempt.start();
      attempt.run(() -> attempt.connector.cancel(true));
      attempt.run(attempt.account::close);
      attempt.passTime(TIMEOUT.multipliedBy(2));
      assertThat(attempt.reports).isEmpty();
      attempt.expectUncounted();
    }
  }

  @Test
  void placeThatComesAfterTheCancelIsGivenBack() throws Exception {
    try (TestBackend only = TestBackend.manual();
        Attempt attempt =
            new Attempt(TransportKind.NIO, full(new PoolSettings().backend(only.port())))) {
      attempt.takeRoom();
      attempt.start();
      attempt.run(
          () -> {
            // The place is taken here and now; the session would hear of it in the next turn.
            attempt.releaseRoom();
            attempt.connector.cancel(false);
            attempt.account.close();
          });
      attempt.expectUncounted();
      assertThat(attempt.reports).isEmpty();
    }
  }

  private static InetAddress ip(String address) {
    return NetUtil.createInetAddressFromIpAddressString(address);
  }

  private static PoolSettings full(PoolSettings pool) {
    return pool.limits(
        new PoolLimits(0, 1, LimitScope.MEMBER, new QueueConfig(5, Duration.ofSeconds(9))));
  }

  /** A connector on a running loop, for a session that only records. */
  private static final class Attempt extends RecordingOwner implements AutoCloseable {
    final LoopFixture fixture;
    final SessionAccount account;
    final Connector connector;
    private final LoopContext loop;
    private final AtomicLong wokenBy = new AtomicLong(Long.MAX_VALUE);
    private volatile Side connected;

    Attempt(TransportKind kind, PoolSettings pool) throws Exception {
      fixture = new LoopFixture(kind).configure(pool.config());
      loop =
          new LoopContext(
              fixture.eventLoop,
              fixture.transport,
              SessionListener.NONE,
              fixture.nanos::get,
              new Deadlines(0),
              "test-",
              () -> {});
      account = new SessionAccount(fixture.rules, null);
      assertThat(account.admit()).isNull();
      account.open("test-", 0);
      account.route(fixture.rules.routes().byDefault());
      connector = new Connector(loop, account, this, new EmbeddedChannel());
    }

    void start() throws Exception {
      run(connector::begin);
    }

    void run(Runnable task) throws Exception {
      fixture.eventLoop.submit(task).get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    long deadline() {
      return wokenBy.get();
    }

    void passTime(Duration time) throws Exception {
      long now = fixture.nanos.addAndGet(time.toNanos());
      run(
          () -> {
            if (now >= connector.deadline()) {
              connector.timedOut();
            }
          });
    }

    void takeRoom() {
      assertThat(fixture.backend(0).trySelect()).isTrue();
    }

    void releaseRoom() {
      fixture.limiters.pool("web").released(fixture.backend(0));
    }

    void makeRoom() throws Exception {
      run(this::releaseRoom);
    }

    int poolQueue() {
      return fixture.limiters.pool("web").queue().size();
    }

    void expect(String report) {
      await().untilAsserted(() -> assertThat(reports).containsExactly(report));
    }

    void expectUncounted() {
      fixture.pools.pool("web").backends().forEach(each -> assertThat(each.active()).isZero());
      assertThat(poolQueue()).isZero();
    }

    @Override
    public void wakeBy(long time) {
      wokenBy.accumulateAndGet(time, Math::min);
    }

    @Override
    public void connected(Side backend, long nanos) {
      connected = backend;
      reports.add("connected " + account.selected().id());
    }

    @Override
    public void close() {
      if (connected != null) {
        fixture.eventLoop.submit(connected::close).syncUninterruptibly();
      }
      fixture.close();
    }
  }
}
