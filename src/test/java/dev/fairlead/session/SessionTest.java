package dev.fairlead.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.admission.AccessList;
import dev.fairlead.admission.Leased;
import dev.fairlead.admission.SourceCount;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.net.PauseClock;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.PoolSettings;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Ensured: a session ends for the reason it has, once, and nothing of it stays: no descriptor, no
 * slot of the member, no place of a limit, whatever throws on the way.
 *
 * <p>Provoked: a clock that only the test moves, and listeners, clocks, destinations and counts
 * that throw at every point of a session's life.
 *
 * <p>A failure looks like: a count that stays, a socket that stays open, a second report, or
 * another session that suffers.
 */
class SessionTest {
  private static final int PER_SOURCE = 10;

  /**
   * More than all reads in one round of the loop, if each takes {@link #FEW}; more than the kernel
   * takes with small buffers, less than makes a session pause.
   */
  private static final int MUCH = 40_000;

  private static final int FEW = 100;
  private static final Duration HOUR = Duration.ofHours(1);

  /** The age at which every session is due. */
  private static final Duration SETTLED = Duration.ofSeconds(5);

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Timeouts TIMEOUTS = new Timeouts(HOUR, MINUTE, HOUR.multipliedBy(3), 0);

  private final Reports reports = new Reports();

  @EveryTransport
  void relaysBothWaysAndIsReportedOnce(TransportKind kind) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(kind, backend);
        TestConnection client = fixture.connect()) {
      client.send("hello");
      client.expect("hello");
      assertThat(fixture.onLoop(fixture.loop::records))
          .singleElement()
          .satisfies(
              record -> {
                assertThat(record.phase()).isEqualTo(Phase.RELAY);
                assertThat(record.reason()).isNull();
                assertThat(record.bytesFromClient()).isEqualTo(5);
                assertThat(record.bytesToClient()).isEqualTo(5);
              });
      client.finish();
      client.expectEof();
      expectNothingLeft(fixture);
      assertThat(reports.ended).containsExactly(CloseReason.CLIENT_CLOSED);
    }
  }

  @Test
  void idleTimeoutCountsFromTheLastByte() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(TransportKind.NIO, backend);
        TestConnection client = fixture.connect()) {
      exchange(client);
      fixture.advance(HOUR.minusSeconds(1));
      exchange(client);
      fixture.advance(HOUR.minusSeconds(1));
      assertThat(reports.ended).isEmpty();
      fixture.advance(Duration.ofSeconds(2));
      client.expectEof();
      expectNothingLeft(fixture);
      assertThat(reports.ended).containsExactly(CloseReason.IDLE_TIMEOUT);
    }
  }

  @Test
  void timeInWhichTheProcessWasStoppedCountsForNobody() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(TransportKind.NIO, backend);
        TestConnection client = fixture.connect()) {
      exchange(client);
      fixture.nanos.addAndGet(HOUR.multipliedBy(2).toNanos());
      fixture.tick();
      fixture.advance(HOUR.minusSeconds(1));
      assertThat(reports.ended).isEmpty();
      fixture.advance(PauseClock.PAUSE.plus(PauseClock.SETTLING));
      client.expectEof();
      assertThat(reports.ended).containsExactly(CloseReason.IDLE_TIMEOUT);
    }
  }

  @Test
  void loopWithoutSessionsIsIdleUntilTheNextClientWhoseTimeOutsAreExact() throws Exception {
    AtomicInteger woken = new AtomicInteger();
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(TransportKind.NIO, backend)) {
      fixture.loop.onBusy(woken::incrementAndGet);
      fixture.tick();
      assertThat(fixture.onLoop(fixture.loop::isIdle)).isTrue();
      fixture.nanos.addAndGet(HOUR.multipliedBy(2).toNanos());
      try (TestConnection client = fixture.connect()) {
        exchange(client);
        fixture.tick();
        assertThat(fixture.onLoop(fixture.loop::isIdle)).isFalse();
        assertThat(woken).hasValue(1);
        fixture.advance(HOUR.minusSeconds(1));
        assertThat(reports.ended).isEmpty();
        fixture.advance(Duration.ofSeconds(2));
        client.expectEof();
        assertThat(reports.ended).containsExactly(CloseReason.IDLE_TIMEOUT);
      }
      expectNothingLeft(fixture);
      fixture.tick();
      assertThat(fixture.onLoop(fixture.loop::isIdle)).isTrue();
      assertThat(woken).hasValue(1);
    }
  }

  @Test
  void closeTimeoutCountsOnceOneSideHasFinished() throws Exception {
    try (TestBackend backend = TestBackend.manual();
        LoopFixture fixture = fixture(TransportKind.NIO, backend);
        TestConnection client = fixture.connect()) {
      client.send("a");
      client.finish();
      assertThat(backend.next().readText()).isEqualTo("a");
      fixture.advance(MINUTE.minusSeconds(1));
      assertThat(reports.ended).isEmpty();
      fixture.advance(Duration.ofSeconds(2));
      client.expectEof();
      assertThat(reports.ended).containsExactly(CloseReason.CLOSE_TIMEOUT);
    }
  }

  @Test
  void maxDurationEndsABusySession() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(TransportKind.NIO, backend);
        TestConnection client = fixture.connect()) {
      for (int i = 0; i < 4; i++) {
        exchange(client);
        fixture.advance(Duration.ofMinutes(44));
      }
      exchange(client);
      assertThat(reports.ended).isEmpty();
      fixture.advance(Duration.ofMinutes(5));
      client.expectEof();
      assertThat(reports.ended).containsExactly(CloseReason.MAX_DURATION);
    }
  }

  @Test
  void waitsForAPlaceOfItsListenerAndTakesIt() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture =
            fixture(TransportKind.NIO, backend).configure(pool(backend), only(1));
        TestConnection first = fixture.connect()) {
      exchange(first);
      try (TestConnection second = fixture.connect()) {
        second.send("b");
        await().until(() -> fixture.limiters.listener("web").queue().size() == 1);
        first.finish();
        second.expect("b");
      }
      expectNothingLeft(fixture);
    }
  }

  @Test
  void endsOfTheDrainAreSpreadEvenly() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(TransportKind.NIO, backend)) {
      TestConnection[] clients = new TestConnection[4];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = fixture.connect();
        exchange(clients[i]);
      }
      fixture.onLoop(
          () -> {
            fixture.loop.endOver(Duration.ofSeconds(4));
            return null;
          });
      for (int left = 3; left >= 0; left--) {
        fixture.advance(Duration.ofSeconds(1));
        int expected = left;
        await().until(() -> fixture.count.live() == expected);
      }
      for (TestConnection client : clients) {
        client.close();
      }
      assertThat(reports.ended).hasSize(4).containsOnly(CloseReason.DRAIN);
    }
  }

  @EveryTransport
  @Logs({"a client of listener web is dropped", "session test-0 failed"})
  void clientThatCannotBecomeASessionLeavesNothing(TransportKind kind) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(kind, backend)) {
      ListenerRules good = fixture.rules;
      fixture.configure(
          new PoolSettings().backend(backend.port()).timeouts(null).config(), only(5));
      assertThat(dropped(fixture)).isTrue();
      fixture.rules = withAccess(good, null);
      assertThat(dropped(fixture)).isTrue();
      fixture.rules = good;
      expectNothingLeft(fixture);
      try (TestConnection client = fixture.connect()) {
        exchange(client);
      }
    }
  }

  @EveryTransport
  @Logs("session test-0 failed")
  void deadlineThatThrowsEndsItsSessionAndNoOther(TransportKind kind) throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(kind, backend);
        TestConnection first = fixture.connect();
        TestConnection second = fixture.connect()) {
      exchange(first);
      exchange(second);
      fixture.advance(SETTLED.minusMillis(100));
      fixture.nanos.addAndGet(Duration.ofMillis(500).toNanos());
      AtomicInteger calls = new AtomicInteger();
      fixture.clock =
          () -> {
            if (calls.getAndIncrement() == 3) {
              throw new IllegalStateException("thrown by the clock, on purpose");
            }
            return fixture.nanos.get();
          };
      fixture.tick();
      await().until(() -> fixture.count.live() == 1);
      assertThat(reports.ended).containsExactly(CloseReason.INTERNAL);
      assertThat(fixture.onLoop(fixture.loop::records)).hasSize(1);
      fixture.advance(HOUR.plusSeconds(1));
      expectNothingLeft(fixture);
      assertThat(reports.ended).containsExactly(CloseReason.INTERNAL, CloseReason.IDLE_TIMEOUT);
      first.expectEnd();
      second.expectEnd();
    }
  }

  @EveryTransport
  @Logs({"session test-0 failed", "session test-1: a part of its end failed", "session test-2"})
  void listenerThatThrowsKeepsNothingOfASession(TransportKind kind) throws Exception {
    try (TestBackend resetting = TestBackend.serving(Scripts::reset);
        TestBackend backend = TestBackend.echo();
        LoopFixture fixture = fixture(kind, backend)) {
      fixture.run(); // with nio a reset waits for a second of it
      for (String event : new String[] {"connected", "closed", "failed"}) {
        TestBackend used = event.equals("failed") ? resetting : backend;
        fixture.configure(pool(used), only(5));
        reports.throwing = event;
        try (TestConnection client = fixture.connect()) {
          if (event.equals("closed")) {
            exchange(client);
            client.finish();
          } else {
            client.expectEnd();
          }
          expectNothingLeft(fixture);
        }
        assertThat(fixture.accepted().isOpen()).as(event).isFalse();
      }
    }
  }

  @Test
  @Logs("session test-0: a part of its end failed")
  void countThatIsWrongKeepsNoOtherOne() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        LoopFixture fixture =
            fixture(TransportKind.NIO, backend)
                .configure(
                    new PoolSettings()
                        .backend(backend.port())
                        .limits(new PoolLimits(5, 5, LimitScope.MEMBER, QueueConfig.NONE))
                        .config(),
                    only(5));
        TestConnection client = fixture.connect()) {
      exchange(client);
      fixture.backend(0).released();
      client.finish();
      expectNothingLeft(fixture);
      assertThat(reports.ended).containsExactly(CloseReason.CLIENT_CLOSED);
    }
  }

  @EveryTransport
  void resetAfterTheFinEndsASessionAtOnceThoughItIsToReadAgainInTheNextRound(TransportKind kind)
      throws Exception {
    try (TestBackend backend = TestBackend.manual();
        LoopFixture fixture = fixture(kind, backend);
        TestConnection client = fixture.connect();
        TestConnection server = backend.next()) {
      fixture.run(); // with nio a reset waits for a second of it
      Channel channel = fixture.accepted();
      fixture.onLoop(
          () -> {
            channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(FEW));
            channel.pipeline().addFirst(new AtFirstRead(client));
            client.send(new byte[MUCH]);
            client.finish();
            return null;
          });
      expectNothingLeft(fixture);
      server.awaitReset();
      assertThat(channel.isOpen()).isFalse();
      assertThat(reports.ended).containsExactly(CloseReason.CLIENT_CLOSED);
    }
  }

  @EveryTransport
  void finOfAClientReachesABackendThatHasFinishedThoughTheClientStillReads(TransportKind kind)
      throws Exception {
    try (TestBackend backend = TestBackend.manual();
        LoopFixture fixture = fixture(kind, backend);
        TestConnection client = fixture.connectWithSmallBuffer();
        TestConnection server = backend.next()) {
      Channel channel = relayMuch(fixture, client, server);
      server.finish();
      assertThat(fixture.onLoop(() -> channel.unsafe().outboundBuffer().isEmpty())).isFalse();
      client.finish();
      server.expectEof();
      server.channel().close();
      await().during(Duration.ofMillis(200)).until(() -> fixture.onLoop(fixture.loop::live) == 1);
      assertThat(client.readExactly(MUCH + 1)).hasSize(MUCH);
      expectNothingLeft(fixture);
    }
  }

  /** The session would be taken for idle while its client reads a large message. */
  @EveryTransport
  void bytesThatTheKernelTakesOfAMessageDoNotWaitAnyMore(TransportKind kind) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        LoopFixture fixture = fixture(kind, backend);
        TestConnection client = fixture.connectWithSmallBuffer();
        TestConnection server = backend.next()) {
      Channel channel = relayMuch(fixture, client, server);
      Map<Integer, Set<Long>> pendingByMessages = new HashMap<>();
      for (int i = 0; i < MUCH / FEW; i++) {
        fixture.onLoop(
            () ->
                pendingByMessages
                    .computeIfAbsent(
                        channel.unsafe().outboundBuffer().size(), any -> new HashSet<>())
                    .add(channel.pipeline().get(Side.class).pending()));
        assertThat(client.readExactly(FEW)).hasSize(FEW);
      }
      assertThat(pendingByMessages.values()).anyMatch(each -> each.size() > 1);
    }
  }

  /** Returns the channel of the client, for whom bytes wait that its kernel has no room for. */
  private static Channel relayMuch(
      LoopFixture fixture, TestConnection client, TestConnection server) throws Exception {
    client.send("x");
    server.expect("x");
    Channel channel = fixture.accepted();
    fixture.onLoop(() -> withSmallBuffer(channel));
    server.send(new byte[MUCH]);
    await().until(() -> fixture.onLoop(fixture.loop::records).get(0).bytesToClient() == MUCH);
    return channel;
  }

  private static boolean withSmallBuffer(Channel channel) throws IOException {
    if (channel instanceof UnixChannel unix) {
      ((Socket) unix.fd()).setSendBufferSize(FEW);
      return true;
    }
    return channel.config().setOption(ChannelOption.SO_SNDBUF, FEW);
  }

  private static boolean dropped(LoopFixture fixture) throws Exception {
    try (TestConnection client = fixture.connect()) {
      client.expectEnd();
    }
    return !fixture.accepted().isOpen();
  }

  private static ListenerRules withAccess(ListenerRules good, AccessList access) {
    return new ListenerRules(
        good.counters(), access, good.limiter(), good.header(), good.tls(), good.routes(), 0);
  }

  private LoopFixture fixture(TransportKind kind, TestBackend backend) throws Exception {
    return new LoopFixture(kind, reports).configure(pool(backend), only(5));
  }

  private static PoolConfig pool(TestBackend backend) throws Exception {
    return new PoolSettings().backend(backend.port()).timeouts(TIMEOUTS).config();
  }

  /** At most so many connections, in all and of one source, and a queue for more. */
  private static ListenerLimits only(int connections) {
    return new ListenerLimits(
        connections,
        PER_SOURCE,
        0,
        LimitScope.MEMBER,
        new QueueConfig(5, Duration.ofSeconds(5)),
        RefuseWith.FIN);
  }

  private static void exchange(TestConnection client) throws Exception {
    client.send("x");
    client.expect("x");
  }

  private static void expectNothingLeft(LoopFixture fixture) throws Exception {
    await()
        .untilAsserted(
            () -> {
              assertThat(fixture.onLoop(fixture.loop::live)).isZero();
              assertThat(fixture.count.live()).isZero();
              assertThat(fixture.onLoop(fixture.loop::records)).isEmpty();
              assertThat(fixture.counters.active()).isZero();
              assertThat(fixture.limiters.leased()).allSatisfy(SessionTest::expectUnused);
              assertThat(freeOfSource(fixture)).isEqualTo(PER_SOURCE);
              assertThat(fixture.backend(0).active()).isZero();
            });
  }

  private static void expectUnused(Leased limit) {
    if (!limit.isRate()) {
      assertThat(limit.inUse()).as(limit.key()).isZero();
    }
  }

  /** How many connections the clients' address may open. */
  private static int freeOfSource(LoopFixture fixture) {
    SourceLimit limit = fixture.limiters.listener("web").sources();
    List<SourceCount> taken = new ArrayList<>();
    SourceCount count = limit.tryTake(InetAddress.getLoopbackAddress());
    while (count != null && taken.size() < PER_SOURCE) {
      taken.add(count);
      count = limit.tryTake(InetAddress.getLoopbackAddress());
    }
    if (count != null) {
      count.release();
    }
    taken.forEach(SourceCount::release);
    return taken.size();
  }

  /** Has a client reset while what it has sent is read. */
  private static final class AtFirstRead extends ChannelInboundHandlerAdapter {
    private final TestConnection client;

    AtFirstRead(TestConnection client) {
      this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      context.pipeline().remove(this);
      client.reset();
      context.fireChannelRead(message);
    }
  }

  /** Records the ends, and throws at one event. */
  private static final class Reports implements SessionListener {
    final Queue<CloseReason> ended = new ConcurrentLinkedQueue<>();
    volatile String throwing = "";

    @Override
    public void connected(Backend backend, long connectNanos) {
      throwIf("connected");
    }

    @Override
    public void failed(Pool pool, Backend backend) {
      throwIf("failed");
    }

    @Override
    public void closed(ClosedSession session, boolean quiet) {
      ended.add(session.reason());
      throwIf("closed");
    }

    private void throwIf(String event) {
      if (throwing.equals(event)) {
        throw new IllegalStateException("thrown by the listener, on purpose");
      }
    }
  }
}
