package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a task with nothing to do does not run until it is hurried. Provoked by an idle
 * interval longer than the test. A failure would be a member that wakes for nothing, or one whose
 * time-outs are late.
 */
class IdleTimerTest {
  private static final IdleTimer.Intervals INTERVALS =
      new IdleTimer.Intervals(Duration.ofMillis(1), Duration.ofHours(1));

  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
  private final AtomicBoolean idle = new AtomicBoolean(true);
  private final AtomicInteger runs = new AtomicInteger();
  private final IdleTimer timer =
      new IdleTimer(context, INTERVALS, idle::get, runs::incrementAndGet);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void runsOnlyWhileThereIsSomethingToDo() {
    call(timer::start);
    call(timer::hurry);
    assertThat(runs).hasValue(0);
    idle.set(false);
    call(timer::hurry);
    await().until(() -> runs.get() > 2);
    idle.set(true);
    await().until(this::isResting);
  }

  @Test
  void doesNotRunOnceItIsStopped() {
    idle.set(false);
    call(timer::start);
    await().until(() -> runs.get() > 0);
    call(timer::stop);
    int before = runs.get();
    call(timer::hurry);
    call(timer::start);
    assertThat(runs).hasValue(before);
  }

  /** No run between two turns of the loop that take longer than the normal interval. */
  private boolean isResting() {
    int before = runs.get();
    CompletableFuture<Void> later = new CompletableFuture<>();
    vertx.setTimer(20, id -> later.complete(null));
    later.join();
    return runs.get() == before;
  }

  private void call(Runnable step) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    context.runOnContext(
        turn -> {
          step.run();
          done.complete(null);
        });
    done.join();
  }
}
