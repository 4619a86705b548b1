package dev.fairlead.listener;

import dev.fairlead.session.SessionLoop;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * The data path of one event loop: its sessions and the acceptors of its listening sockets. {@link
 * #run} may be called from any thread, the rest on the verticle's context unless it says otherwise.
 */
public final class ListenerVerticle extends VerticleBase {
  private final Function<EventLoop, SessionLoop> sessions;
  private final List<Acceptor> acceptors = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // Made by start().
  private SessionLoop loop;

  private long timer;

  /** When the timer should fire, as {@link System#nanoTime}. */
  private long dueAt;

  private volatile long tickedAt;
  private volatile long lagNanos;

  /** Since it was last taken. */
  private volatile long worstLagNanos;

  public ListenerVerticle(Function<EventLoop, SessionLoop> sessions) {
    this.sessions = sessions;
  }

  @Override
  public Future<?> start() {
    loop = sessions.apply(((ContextInternal) context).nettyEventLoop());
    loop.onRoom(() -> acceptors.forEach(Acceptor::resume));
    loop.onBusy(this::wake);
    tickedAt = System.nanoTime();
    arm(SessionLoop.TICK);
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    vertx.cancelTimer(timer);
    loop.endAll();
    return Future.join(acceptors.stream().map(Acceptor::close).toList());
  }

  public SessionLoop loop() {
    return loop;
  }

  /** How late the last tick was. Any thread. */
  public long lagNanos() {
    return lagNanos;
  }

  /**
   * How late the latest tick was since the last call; a tick meanwhile may be missed. Any thread.
   */
  public long takeWorstLagNanos() {
    long worst = worstLagNanos;
    worstLagNanos = 0;
    return worst;
  }

  /** When the event loop last ran the tick, as {@link System#nanoTime}. Any thread. */
  public long tickedAt() {
    return tickedAt;
  }

  public <T> Future<T> run(Callable<T> task) {
    Context owner = context;
    return Future.future(
        promise ->
            owner.runOnContext(
                ignored -> {
                  try {
                    promise.complete(task.call());
                  } catch (Exception | Error e) {
                    // A future that never completes would block every later configuration.
                    promise.fail(e);
                  }
                }));
  }

  Future<Void> open(Acceptor acceptor, SocketAddress address) {
    acceptors.add(acceptor);
    acceptor.onPause(this::wake);
    return acceptor.open(loop.eventLoop(), address);
  }

  Future<Void> close(Acceptor acceptor) {
    acceptors.remove(acceptor);
    return acceptor.close();
  }

  private void tick() {
    long now = System.nanoTime();
    lagNanos = Math.max(0, now - dueAt);
    tickedAt = now;
    if (lagNanos > worstLagNanos) {
      worstLagNanos = lagNanos;
    }
    try {
      loop.tick();
      acceptors.forEach(Acceptor::tick);
    } finally {
      arm(isIdle() ? SessionLoop.IDLE_TICK : SessionLoop.TICK);
    }
  }

  private boolean isIdle() {
    return loop.isIdle() && acceptors.stream().noneMatch(Acceptor::isShort);
  }

  /** There is something with a time-out now: ticks are not those of an idle loop any more. */
  private void wake() {
    if (dueAt - System.nanoTime() > SessionLoop.TICK.toNanos()) {
      vertx.cancelTimer(timer);
      arm(SessionLoop.TICK);
    }
  }

  private void arm(Duration wait) {
    dueAt = System.nanoTime() + wait.toNanos();
    // Not of vertx: the acceptors call from outside of every context.
    timer = ((ContextInternal) context).setTimer(wait.toMillis(), id -> tick());
  }
}
