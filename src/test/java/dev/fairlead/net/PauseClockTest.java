package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PauseClockTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(5).toNanos());
  private final PauseClock clock = new PauseClock(nanos::get);
  private final long origin = clock.getAsLong();

  @Test
  void showsTheTimeWhileItTicks() {
    for (int i = 0; i < 100; i++) {
      run(200);
    }

    assertThat(shown()).isEqualTo(Duration.ofSeconds(20));
    assertThat(clock.isResuming()).isFalse();
  }

  @Test
  void timeGoesOnBetweenTicks() {
    run(200);
    elapse(150);

    assertThat(shown()).isEqualTo(Duration.ofMillis(350));
  }

  @Test
  void aPauseCountsAsOneSecondAtMost() {
    run(200);
    elapse(60_000);

    assertThat(shown()).isEqualTo(Duration.ofMillis(1_200));
    clock.tick();
    assertThat(shown()).isEqualTo(Duration.ofMillis(1_200));
  }

  @Test
  void isResumingFromTheFirstInstantAfterThePause() {
    run(200);
    elapse(5_000);

    assertThat(clock.isResuming()).isTrue();
  }

  @Test
  void ticksThatWereMissedAndRunAtOnceDoNotEndTheResumption() {
    run(200);
    elapse(5_000);
    for (int i = 0; i < 25; i++) {
      clock.tick();
      assertThat(clock.isResuming()).isTrue();
    }
  }

  @Test
  void standsStillUntilWhatArrivedIsRead() {
    run(200);
    elapse(5_000);
    clock.tick();
    for (int i = 0; i < 4; i++) {
      run(200);
      assertThat(clock.isResuming()).isTrue();
    }
    assertThat(shown()).isEqualTo(Duration.ofMillis(1_200));

    run(200);
    assertThat(clock.isResuming()).isFalse();
    run(200);
    assertThat(shown()).isEqualTo(Duration.ofMillis(1_400));
  }

  @Test
  void aLateTickIsNoPause() {
    run(200);
    run(1_000);

    assertThat(clock.isResuming()).isFalse();
    assertThat(shown()).isEqualTo(Duration.ofMillis(1_200));
  }

  @Test
  void neverGoesBack() {
    long before = clock.getAsLong();
    for (int millis : new int[] {100, 900, 1_500, 0, 300, 5_000, 10, 2_000, 700, 700}) {
      elapse(millis);
      assertThat(clock.getAsLong()).isGreaterThanOrEqualTo(before);
      before = clock.getAsLong();
      clock.tick();
      assertThat(clock.getAsLong()).isEqualTo(before);
    }
  }

  private Duration shown() {
    return Duration.ofNanos(clock.getAsLong() - origin);
  }

  private void run(int millis) {
    elapse(millis);
    clock.tick();
  }

  private void elapse(int millis) {
    nanos.addAndGet(Duration.ofMillis(millis).toNanos());
  }
}
