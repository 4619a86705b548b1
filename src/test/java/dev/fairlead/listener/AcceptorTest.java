package dev.fairlead.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.net.AcceptPauses;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.limit.Limiters;
import dev.fairlead.session.limit.SessionCount;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.TestRun;
import io.netty.channel.Channel;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that every accepted client gets one owner or is closed, and that a socket pauses, goes on
 * and closes. Provoked by clients and event loops that are fakes. A failure looks like a client
 * that stays open without an owner, or a future that never completes.
 */
class AcceptorTest {
  private static final String KEY = "127.0.0.1:8080";

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private final LocalAddress address = new LocalAddress(AcceptorTest.class);
  private final EventLoop eventLoop = group.next();
  private final LocalServerChannel channel = new LocalServerChannel();
  private final AtomicReference<Snapshot> snapshot =
      new AtomicReference<>(new Snapshot(Map.of(), Pools.NONE));

  @AfterEach
  void close() {
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Takes the tasks that it is given, and runs none of them. */
  private static final class FakeLoop extends DefaultEventLoop {
    private final List<Runnable> tasks = Collections.synchronizedList(new ArrayList<>());
    private boolean closed;

    @Override
    public void execute(Runnable task) {
      if (closed) {
        throw new RejectedExecutionException("closed");
      }
      tasks.add(task);
    }
  }

  private static SessionLoop sessions(EventLoop loop, SessionCount count) {
    return new SessionLoop(
        loop,
        Transport.of(TransportKind.NIO),
        SessionListener.NONE,
        new SessionLoop.Identity("test-", count));
  }

  private static AcceptPauses pauses() {
    return new AcceptPauses("listener at " + KEY, System::nanoTime);
  }

  private Acceptor acceptor(FakeLoop... loops) {
    SessionCount count = new SessionCount(10);
    List<SessionLoop> all = new ArrayList<>();
    for (FakeLoop loop : loops) {
      all.add(sessions(loop, count));
    }
    return new Acceptor(KEY, snapshot::get, all, channel, pauses());
  }

  private Acceptor open(FakeLoop... loops) {
    Acceptor acceptor = acceptor(loops);
    acceptor.open(eventLoop, address).await();
    return acceptor;
  }

  private void publishListener() {
    List<ListenerConfig> listeners =
        List.of(new ListenerConfig("web", BindAddress.ip("127.0.0.1", 8080), 100, "web"));
    Pools pools = Pools.NONE.next(List.of(PoolConfig.byDefault("web", Balance.DEFAULT, List.of())));
    Limiters limiters = new Limiters();
    limiters.configure(listeners, pools);
    snapshot.set(
        Snapshot.of(
            listeners.stream().map(ListenerTables::of).toList(),
            pools,
            new Snapshot.LongLived(ListenerCounters::new, limiters, Snapshot.TlsSources.NONE)));
  }

  /** Has the socket accept a client. */
  private Channel accept() {
    EmbeddedChannel client = new EmbeddedChannel();
    onLoop(() -> channel.pipeline().fireChannelRead(client));
    return client;
  }

  private void onLoop(Runnable task) {
    eventLoop.submit(task).syncUninterruptibly();
  }

  private boolean isAccepting() {
    return channel.config().isAutoRead();
  }

  @Test
  void clientsAreHandedToTheLoopsInTurn() {
    publishListener();
    FakeLoop first = new FakeLoop();
    FakeLoop second = new FakeLoop();
    open(first, second);
    for (int i = 0; i < 5; i++) {
      assertThat(accept().isOpen()).isTrue();
    }
    assertThat(first.tasks).hasSize(3);
    assertThat(second.tasks).hasSize(2);
  }

  @Test
  void aClientOfARemovedListenerIsClosed() {
    FakeLoop loop = new FakeLoop();
    open(loop);
    assertThat(accept().isOpen()).isFalse();
    assertThat(loop.tasks).isEmpty();
  }

  @Test
  @Logs("a client could not be handed over and is closed")
  void aClientThatNoLoopTakesIsClosed() {
    publishListener();
    FakeLoop loop = new FakeLoop();
    loop.closed = true;
    open(loop);
    assertThat(accept().isOpen()).isFalse();
  }

  @Test
  @Logs("until there is room: no descriptor is left (ulimit -n)")
  void aFailedAcceptPausesUntilThereIsRoom() {
    Acceptor acceptor = open(new FakeLoop());
    onLoop(acceptor::start);
    onLoop(() -> channel.pipeline().fireExceptionCaught(new IOException("Too many open files")));
    assertThat(isAccepting()).isFalse();
    onLoop(acceptor::resume);
    assertThat(isAccepting()).isTrue();
  }

  @Test
  @Logs("until there is room: no descriptor is left (ulimit -n)")
  void clientsAcceptedDuringAPauseWaitForItsEnd() {
    publishListener();
    FakeLoop loop = new FakeLoop();
    Acceptor acceptor = open(loop);
    onLoop(acceptor::start);
    onLoop(() -> channel.pipeline().fireExceptionCaught(new IOException("Too many open files")));
    Channel first = accept();
    assertThat(loop.tasks).isEmpty();
    assertThat(first.isOpen()).isTrue();
    onLoop(acceptor::resume);
    assertThat(loop.tasks).hasSize(1);
    onLoop(() -> channel.pipeline().fireExceptionCaught(new IOException("Too many open files")));
    Channel second = accept();
    onLoop(acceptor::close);
    assertThat(second.isOpen()).isFalse();
  }

  @Test
  @Logs("as many sessions as node.maxSessions allows: 0")
  void aFullMemberStaysPaused() {
    publishListener();
    SessionCount full = new SessionCount(0);
    Acceptor acceptor =
        new Acceptor(
            KEY, snapshot::get, List.of(sessions(new FakeLoop(), full)), channel, pauses());
    acceptor.open(eventLoop, address).await();
    onLoop(acceptor::start);
    accept();
    assertThat(isAccepting()).isFalse();
    onLoop(acceptor::resume);
    assertThat(isAccepting()).isFalse();
  }

  @Test
  void itAcceptsUntilNoClientComes() {
    publishListener();
    FakeLoop loop = new FakeLoop();
    Acceptor acceptor = open(loop);
    onLoop(acceptor::start);
    AtomicReference<Future<Void>> closed = new AtomicReference<>();
    onLoop(
        () -> {
          closed.set(acceptor.close());
          channel.pipeline().fireChannelRead(new EmbeddedChannel());
        });
    closed.get().await();
    assertThat(channel.isOpen()).isFalse();
    assertThat(loop.tasks).hasSize(1);
  }

  @Test
  @Logs("Force-closing a channel whose registration task was not accepted")
  void aLoopThatRegistersNothingFailsTheOpening() {
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    Future<Void> opened = acceptor(new FakeLoop()).open(eventLoop, address);
    assertThatThrownBy(() -> opened.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aSocketThatWasNeverRegisteredIsClosed() {
    acceptor(new FakeLoop()).close().await();
    assertThat(channel.isOpen()).isFalse();
  }
}
