package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.testkit.TestRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a queue is served in order and forgets no waiter. Provoked with one limiter behind
 * it, by one thread and by several at once. A failure names a waiter that was served too early, or
 * one that still waited when there was room.
 */
class WaitQueueTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 5_000;

  private final WaitQueue queue = new WaitQueue();
  private final ConnectionLimiter limiter =
      new ConnectionLimiter("test", queue, queue::serve, queue::serve);
  private final List<Integer> served = new ArrayList<>();
  private final List<Integer> turnedAway = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  private final class Numbered extends WaitQueue.Waiter {
    private final int number;
    private RuntimeException bug;

    Numbered(int number) {
      this.number = number;
    }

    @Override
    protected boolean tryEnter() {
      if (bug != null) {
        throw bug;
      }
      return limiter.permits().tryTake();
    }

    @Override
    protected void entered() {
      served.add(number);
    }

    @Override
    protected void turnedAway() {
      turnedAway.add(number);
    }

    @Override
    protected void failed(Throwable cause) {
      failures.add(number + " " + cause.getMessage());
    }
  }

  private List<Numbered> fill(int count) {
    limiter.configure(1, LimitScope.MEMBER);
    assertThat(limiter.tryTake()).isTrue();
    List<Numbered> waiters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      waiters.add(new Numbered(i));
      assertThat(queue.join(waiters.get(i), count)).isTrue();
    }
    return waiters;
  }

  @Test
  void firstComeIsFirstServed() {
    fill(5);
    for (int i = 0; i < 5; i++) {
      assertThat(queue.size()).isEqualTo(5 - i);
      limiter.giveBack();
    }
    assertThat(served).containsExactly(0, 1, 2, 3, 4);
    limiter.giveBack();
    assertThat(limiter.inUse()).isZero();
  }

  @Test
  void waiterWhoseTurnFailsLeavesTheQueueToTheNext() {
    List<Numbered> waiters = fill(3);
    waiters.get(0).bug = new IllegalStateException("a bug");
    limiter.giveBack();
    assertThat(failures).containsExactly("0 a bug");
    assertThat(served).containsExactly(1);
    assertThat(queue.leave(waiters.get(0))).isFalse();
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void noNewcomerOvertakesAWaiter() {
    fill(1);
    limiter.permits().giveBack(); // There is room, but the queue was not served.
    assertThat(limiter.tryTake()).isFalse();
    queue.serve();
    assertThat(served).containsExactly(0);
  }

  @Test
  void whoLeavesIsPassedOver() {
    List<Numbered> waiters = fill(5);
    assertThat(queue.leave(waiters.get(0))).isTrue();
    assertThat(queue.leave(waiters.get(2))).isTrue();
    assertThat(queue.leave(waiters.get(4))).isTrue();
    assertThat(queue.leave(waiters.get(4))).isFalse();
    limiter.giveBack();
    limiter.giveBack();
    assertThat(served).containsExactly(1, 3);
    assertThat(queue.leave(waiters.get(3))).isFalse();
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void fullQueueTakesNobody() {
    fill(3);
    assertThat(queue.join(new Numbered(3), 3)).isFalse();
    limiter.giveBack();
    assertThat(queue.join(new Numbered(4), 3)).isTrue();
  }

  @Test
  void lastOnesAreTurnedAwayFirst() {
    fill(5);
    queue.trim(2);
    assertThat(turnedAway).containsExactly(4, 3, 2);
    queue.trim(0);
    assertThat(turnedAway).containsExactly(4, 3, 2, 1, 0);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void whoComesWhereThereIsRoomIsLetInAtOnce() {
    limiter.configure(1, LimitScope.MEMBER);
    assertThat(queue.join(new Numbered(7), 1)).isTrue();
    assertThat(served).containsExactly(7);
  }

  /** Threads take, wait, leave and give back at once: in the end all permits are back. */
  @Test
  void noWaiterIsForgottenByManyThreads() throws Exception {
    limiter.configure(3, LimitScope.MEMBER);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(thread);
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < ROUNDS; i++) {
                    visit(random, inside, most);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(most.get()).isBetween(1, 3);
    assertThat(limiter.inUse()).isZero();
    assertThat(queue.isEmpty()).isTrue();
  }

  /** Comes, waits for a place unless it loses patience, and leaves again. */
  private void visit(Random random, AtomicInteger inside, AtomicInteger most) throws Exception {
    if (!limiter.tryTake()) {
      Patient waiter = new Patient();
      queue.join(waiter, Integer.MAX_VALUE);
      boolean patient = random.nextInt(3) > 0;
      if (!patient && queue.leave(waiter)) {
        return;
      }
      assertThat(waiter.in.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("served")
          .isTrue();
    }
    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
    Thread.onSpinWait();
    inside.decrementAndGet();
    limiter.giveBack();
  }

  private final class Patient extends WaitQueue.Waiter {
    private final CountDownLatch in = new CountDownLatch(1);

    @Override
    protected boolean tryEnter() {
      return limiter.permits().tryTake();
    }

    @Override
    protected void entered() {
      in.countDown();
    }

    @Override
    protected void turnedAway() {
      throw new AssertionError("nobody trims");
    }

    @Override
    protected void failed(Throwable bug) {
      throw new AssertionError(bug);
    }
  }
}
