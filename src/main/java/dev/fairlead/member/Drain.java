package dev.fairlead.member;

import dev.fairlead.config.Durations;
import dev.fairlead.config.NodeConfig.ShutdownConfig;
import dev.fairlead.config.Plural;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drains a member: for {@code delay} it is not ready but still accepts; then its listeners close
 * and live sessions have {@code grace} to finish; the remaining ones are ended evenly over the last
 * fifth of it. Begins at most once; any thread.
 */
final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  /**
   * The share of {@code grace} over which remaining sessions are ended. Raising it spreads their
   * reconnects more at the expense of less time for each to finish by itself.
   */
  private static final double SPREAD = 0.2;

  /** Interval of checks for the last session; lowering it saves at most that much of a drain. */
  private static final long POLL_MILLIS = 50;

  private final Vertx vertx;
  private final Proxy proxy;
  private final ShutdownConfig shutdown;
  private final Consumer<Duration> onBegin;
  private final Promise<Duration> started = Promise.promise();
  private final Promise<Void> drained = Promise.promise();
  private boolean begun;

  /** Time for live sessions to finish; final when the drain begins. */
  private Duration grace;

  private boolean hurried;

  /** True when the grace is over. */
  private volatile boolean over;

  private boolean listening = true;

  /** {@code onBegin} is called once, with the grace; it must not block. */
  Drain(Vertx vertx, Proxy proxy, ShutdownConfig shutdown, Consumer<Duration> onBegin) {
    this.vertx = vertx;
    this.proxy = proxy;
    this.shutdown = shutdown;
    this.grace = shutdown.grace();
    this.onBegin = onBegin;
  }

  synchronized boolean hasBegun() {
    return begun;
  }

  /** Succeeds when the drain begins, with the time after which no session is left. */
  Future<Duration> started() {
    return started.future();
  }

  /** Succeeds when no session is left. */
  Future<Void> drained() {
    return drained.future();
  }

  /** A second call ends all sessions at once; {@code otherGrace} null = as configured. */
  synchronized Future<Void> begin(@Nullable Duration otherGrace) {
    if (begun) {
      hurry();
    } else {
      begun = true;
      grace = otherGrace == null ? grace : otherGrace;
      LOG.info(
          "draining: {}, delay {}, grace {}",
          Plural.of(proxy.loops().count().live(), "session"),
          Durations.show(shutdown.delay()),
          Durations.show(grace));
      onBegin.accept(grace);
      started.complete(shutdown.delay().plus(grace));
      after(shutdown.delay(), this::stopListening);
    }
    return drained.future();
  }

  private synchronized void hurry() {
    if (!hurried && !drained.future().isComplete()) {
      hurried = true;
      LOG.info("ending {} now", Plural.of(proxy.loops().count().live(), "session"));
      stopListening();
      endAll();
    }
  }

  private synchronized void stopListening() {
    if (!listening) {
      return;
    }
    listening = false;
    proxy.stopListening().onComplete(closed -> awaitSessions());
    Duration spread = Duration.ofMillis((long) (grace.toMillis() * SPREAD));
    after(grace.minus(spread), () -> proxy.loops().endSessions(spread));
    after(grace, this::endAll);
  }

  private synchronized void endAll() {
    over = true;
    proxy.loops().endSessions(Duration.ZERO);
  }

  private void awaitSessions() {
    if (over) {
      // Sessions accepted while the listeners closed.
      proxy.loops().endSessions(Duration.ZERO);
    }
    if (proxy.loops().count().live() == 0) {
      drained.tryComplete();
    } else {
      vertx.setTimer(POLL_MILLIS, id -> awaitSessions());
    }
  }

  private void after(Duration time, Runnable step) {
    if (time.isZero()) {
      step.run();
    } else {
      vertx.setTimer(time.toMillis(), id -> step.run());
    }
  }
}
