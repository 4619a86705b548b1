package dev.fairlead.session;

import dev.fairlead.admission.AccessList;
import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.net.PauseClock;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.limit.SessionCount;
import dev.fairlead.session.route.Destination;
import dev.fairlead.session.route.RouteTable;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Assumptions;

/**
 * One {@link SessionLoop} on real sockets, with a clock that stands still unless a test moves it. A
 * client that connects is a session at once, as long as the listener admits it.
 */
final class LoopFixture implements AutoCloseable {
  private static final int MAX_SESSIONS = 100;

  final AtomicLong nanos = new AtomicLong(System.nanoTime());
  final Limiters limiters = new Limiters();
  final ListenerCounters counters = new ListenerCounters("web");
  final SessionCount count = new SessionCount(MAX_SESSIONS);
  final EventLoop eventLoop;
  final Transport transport;

  /** The clients' channels, in the order of their accept. */
  final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

  /** The clock of the sessions; a test may replace it by one that fails. */
  volatile LongSupplier clock = nanos::get;

  final SessionLoop loop;
  volatile ListenerRules rules;
  Pools pools = Pools.NONE;
  private final Channel server;

  LoopFixture(TransportKind kind) throws Exception {
    this(kind, SessionListener.NONE);
  }

  /** Skips the test where the transport does not work. */
  LoopFixture(TransportKind kind, SessionListener listener) throws Exception {
    Transport found = null;
    try {
      found = Transport.of(kind);
    } catch (Transport.UnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
    transport = found;
    eventLoop =
        new SingleThreadIoEventLoop(
            null,
            new DefaultThreadFactory("sessions"),
            transport.implementation().ioHandlerFactory());
    loop =
        new SessionLoop(
            eventLoop,
            transport,
            listener,
            new SessionLoop.Identity("test-", count),
            new PauseClock(() -> clock.getAsLong()));
    server = listen();
  }

  private Channel listen() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    ServerChannel channel = transport.newServerChannel(any);
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object client) {
                accepted.add((Channel) client);
                loop.open((Channel) client, rules);
              }
            });
    eventLoop.register(channel).sync();
    channel.bind(any).sync();
    return channel;
  }

  /** Puts a configuration in force, as a reload does. */
  LoopFixture configure(PoolConfig config, ListenerLimits limits) {
    ListenerConfig web = new ListenerConfig("web", BindAddress.ip("127.0.0.1", 0), 100, "web");
    pools = pools.next(List.of(config));
    limiters.configure(List.of(web), pools);
    limiters.listener("web").configure(limits);
    Destination to =
        new Destination(
            null, pools.pool("web"), limiters.pool("web"), null, counters.sessionsTo("web"));
    rules = rules(counters, limiters.listener("web"), to);
    return this;
  }

  /** Of a listener without a pool. */
  static ListenerRules rules(ListenerLimiter limiter) {
    return rules(new ListenerCounters("web"), limiter, null);
  }

  private static ListenerRules rules(
      ListenerCounters counters, ListenerLimiter limiter, Destination to) {
    return new ListenerRules(
        counters,
        AccessList.EVERYONE,
        limiter,
        null,
        null,
        new ListenerRules.Routes(new RouteTable<>(List.of()), List.of(), to),
        0);
  }

  LoopFixture configure(PoolConfig config) {
    return configure(config, ListenerLimits.NONE);
  }

  Backend backend(int index) {
    return pools.pool("web").backends().get(index);
  }

  TestConnection connect() throws Exception {
    return TestClient.connect(server.localAddress());
  }

  TestConnection connectWithSmallBuffer() throws Exception {
    return TestClient.connectWithSmallBuffer(server.localAddress());
  }

  /** The channel of the client accepted next. */
  Channel accepted() throws InterruptedException {
    return accepted.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Moves the clock in steps that are no pause, and acts on the deadlines that pass. */
  void advance(Duration time) throws Exception {
    onLoop(
        () -> {
          long end = nanos.get() + time.toNanos();
          while (nanos.get() < end) {
            nanos.set(Math.min(end, nanos.get() + PauseClock.PAUSE.toNanos()));
            loop.tick();
          }
          return null;
        });
  }

  /** Lets the clock run from now on, and the loop with it. */
  void run() {
    clock = System::nanoTime;
    long tick = SessionLoop.TICK.toMillis();
    eventLoop.scheduleAtFixedRate(loop::tick, 0, tick, TimeUnit.MILLISECONDS);
  }

  void tick() throws Exception {
    onLoop(
        () -> {
          loop.tick();
          return null;
        });
  }

  <T> T onLoop(Callable<T> task) throws Exception {
    return eventLoop.submit(task).get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    clock = nanos::get;
    server.close().syncUninterruptibly();
    eventLoop.submit(loop::endAll).syncUninterruptibly();
    eventLoop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
