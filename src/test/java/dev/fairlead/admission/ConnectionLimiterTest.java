package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.fail;

import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.testkit.TestRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Ensures that no more is taken than is allowed, by whichever of configuration and lease it is.
 * Provoked by changes of both while some are taken. A failure names the number.
 */
class ConnectionLimiterTest {
  private static final int MOST = 8;
  private static final int TAKERS = 8;
  private static final int ROUNDS = 200_000;

  /** How often the count is read after the allowance was lowered. */
  private static final int LOOKS = 1000;

  private final WaitQueue queue = new WaitQueue();
  private final AtomicInteger rooms = new AtomicInteger();
  private final AtomicInteger nones = new AtomicInteger();
  private final ConnectionLimiter limiter =
      new ConnectionLimiter("test", queue, rooms::incrementAndGet, nones::incrementAndGet);

  private int takeAll() {
    int taken = 0;
    while (taken < 1000 && limiter.tryTake()) {
      taken++;
    }
    return taken;
  }

  @Test
  void withoutALimitAllAreCounted() {
    assertThat(takeAll()).isEqualTo(1000);
    assertThat(limiter.inUse()).isEqualTo(1000);
    assertThat(limiter.limit()).isZero();
    assertThat(limiter.wanted()).isZero();
  }

  @Test
  void limitOfTheMemberHoldsAtOnce() {
    limiter.configure(3, LimitScope.MEMBER);
    assertThat(takeAll()).isEqualTo(3);
    assertThat(limiter.limit()).as("not the cluster's").isZero();
    limiter.allow(100);
    assertThat(takeAll()).isZero();
    limiter.configure(5, LimitScope.MEMBER);
    assertThat(takeAll()).isEqualTo(2);
  }

  @Test
  void limitBelowWhatIsTakenCutsNobody() {
    assertThat(limiter.tryTake()).isTrue();
    assertThat(limiter.tryTake()).isTrue();
    limiter.configure(1, LimitScope.MEMBER);
    limiter.giveBack();
    assertThat(limiter.tryTake()).isFalse();
    limiter.giveBack();
    assertThat(limiter.tryTake()).isTrue();
  }

  @Test
  void ofTheClustersLimitOnlyWhatIsAllowedIsTaken() {
    assertThat(limiter.tryTake()).isTrue();
    limiter.configure(10, LimitScope.CLUSTER);
    assertThat(limiter.limit()).isEqualTo(10);
    assertThat(takeAll()).as("what was there stays, and no more").isZero();
    assertThat(limiter.permits().mayGrow()).isTrue();
    limiter.allow(4);
    assertThat(limiter.permits().mayGrow()).isFalse();
    assertThat(takeAll()).isEqualTo(3);
    limiter.exhausted(true);
    assertThat(limiter.permits().mayGrow()).isFalse();
    limiter.allow(2);
    assertThat(limiter.inUse()).isEqualTo(4);
    limiter.giveBack();
    limiter.giveBack();
    assertThat(limiter.tryTake()).isFalse();
  }

  @Test
  void lowerLimitOfTheClusterHoldsBeforeTheLeaseDoes() {
    limiter.configure(10, LimitScope.CLUSTER);
    limiter.allow(10);
    limiter.configure(6, LimitScope.CLUSTER);
    assertThat(takeAll()).isEqualTo(6);
  }

  @Test
  void whoWaitsHearsOfRoom() {
    limiter.configure(1, LimitScope.CLUSTER);
    int before = rooms.get();
    limiter.allow(1);
    assertThat(rooms.get()).isEqualTo(before + 1);
    assertThat(limiter.tryTake()).isTrue();
    limiter.giveBack();
    assertThat(rooms.get()).isEqualTo(before + 2);
    limiter.exhausted(true);
    assertThat(rooms.get()).isEqualTo(before + 2);
    assertThat(nones.get()).as("or that there is none").isEqualTo(1);
  }

  @Test
  void moreCannotBeGivenBackThanWasTaken() {
    assertThatIllegalStateException().isThrownBy(limiter::giveBack);
    assertThat(limiter.inUse()).isZero();
  }

  /**
   * Were the allowance read before the permit is taken, in two steps, a take that falls between
   * would go over an allowance that was lowered meanwhile. Needs two threads that meet, so it is
   * tried until the takes are many.
   */
  @Test
  void takesStayBelowAnAllowanceThatIsLoweredMeanwhile() throws Exception {
    limiter.configure(MOST, LimitScope.CLUSTER);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(TAKERS);
    List<Future<?>> takers = new ArrayList<>();
    for (int i = 0; i < TAKERS; i++) {
      takers.add(threads.submit(() -> takeAndGiveBack(done)));
    }
    try {
      for (int round = 0; round < ROUNDS; round++) {
        limiter.allow(MOST);
        limiter.allow(0);
        int highest = limiter.inUse();
        for (int i = 0; i < LOOKS; i++) {
          int inUse = limiter.inUse();
          if (inUse > highest) {
            fail("in round %d: %d in use after %d", round, inUse, highest);
          }
          highest = inUse;
        }
      }
    } finally {
      done.set(true);
      threads.shutdown();
    }
    for (Future<?> taker : takers) {
      taker.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(limiter.inUse()).isZero();
  }

  private void takeAndGiveBack(AtomicBoolean done) {
    while (!done.get()) {
      if (limiter.tryTake()) {
        limiter.giveBack();
      }
    }
  }
}
