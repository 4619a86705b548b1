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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The data path of one event loop: its sessions and the acceptors of its listening sockets. {@link
 * #run} may be called from any thread, the rest on the verticle's context unless it says otherwise.
 */
public final class ListenerVerticle extends VerticleBase {
  /**
   * A lag above this is time in which the event loop was blocked. Raising it misses short blocks;
   * lowering it counts what a busy machine does to every process.
   */
  private static final Duration BLOCKED = Duration.ofMillis(100);

  private final Function<EventLoop, SessionLoop> sessions;
  private final List<Acceptor> acceptors = new ArrayList<>();

  /** Of the acceptors those that pause: a range of ports has many, and sessions end often. */
  private final Set<Acceptor> paused = new LinkedHashSet<>();

  @SuppressWarnings("NullAway.Init") // Made by start().
  private SessionLoop loop;

  private long timer;

  /** When the timer should fire, as {@link System#nanoTime}. */
  private long dueAt;

  private volatile long tickedAt;
  private volatile long lagNanos;

  private final LongAdder blockedNanos = new LongAdder();

  /** Since it was last taken. */
  private volatile long worstLagNanos;

  public ListenerVerticle(Function<EventLoop, SessionLoop> sessions) {
    this.sessions = sessions;
  }

  @Override
  public Future<?> start() {
    loop = sessions.apply(((ContextInternal) context).nettyEventLoop());
    loop.onRoom(this::resume);
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

  /** All lags above {@link #BLOCKED} together, since the start. Any thread. */
  public long blockedNanos() {
    return blockedNanos.sum();
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
    acceptor.onPause(
        () -> {
          paused.add(acceptor);
          wake();
        });
    return acceptor.open(loop.eventLoop(), address);
  }

  Future<Void> close(Acceptor acceptor) {
    acceptors.remove(acceptor);
    paused.remove(acceptor);
    return acceptor.close();
  }

  private void resume() {
    if (!paused.isEmpty()) {
      List<Acceptor> resumed = List.copyOf(paused);
      paused.clear();
      for (Acceptor each : resumed) {
        if (!each.resume()) {
          paused.add(each);
        }
      }
    }
  }

  private void tick() {
    long now = System.nanoTime();
    lagNanos = Math.max(0, now - dueAt);
    if (lagNanos > BLOCKED.toNanos()) {
      blockedNanos.add(lagNanos);
    }
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
