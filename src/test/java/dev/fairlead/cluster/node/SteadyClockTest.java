package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  /** A step is noticed within this time. */
  private static final Duration NOTICED = Duration.ofMillis(100);

  private final FakeClock nanos = new FakeClock();
  private final AtomicLong machine = new AtomicLong(1_800_000_000_000L);
  private final SteadyClock clock = new SteadyClock(nanos, machine::get);

  @Test
  void showsTheTimeOfTheMachine() {
    assertThat(clock.currentTimeMillis()).isEqualTo(machine.get());
    pass(Duration.ofHours(1));
    assertThat(clock.currentTimeMillis()).isEqualTo(machine.get());
  }

  @Test
  void aStepOfTheMachinesClockIsNoJump() {
    for (long step : new long[] {60_000, -60_000}) {
      long before = clock.currentTimeMillis();
      machine.addAndGet(step);
      assertThat(clock.currentTimeMillis()).isEqualTo(before);
      pass(NOTICED);
      before = clock.currentTimeMillis();
      pass(Duration.ofSeconds(1));
      assertThat(clock.currentTimeMillis() - before).isEqualTo(1_000 + Long.signum(step) * 100);
    }
  }

  @Test
  void neverGoesBackThoughTheMachinesClockIsBehind() {
    machine.addAndGet(-1_000);
    long before = clock.currentTimeMillis();
    for (int millis = 0; millis < 20_000; millis++) {
      nanos.skip(Duration.ofMillis(1));
      machine.addAndGet(1);
      long now = clock.currentTimeMillis();
      assertThat(now).isGreaterThanOrEqualTo(before);
      before = now;
    }
    assertThat(before).isEqualTo(machine.get());
  }

  @Test
  void agreesWithTheMachineInTheEnd() {
    machine.addAndGet(60_000);
    pass(NOTICED);
    pass(Duration.ofMinutes(10).minusSeconds(1));
    assertThat(clock.currentTimeMillis()).isEqualTo(machine.get() - 100);
    pass(Duration.ofSeconds(1));
    assertThat(clock.currentTimeMillis()).isEqualTo(machine.get());
    machine.addAndGet(-60_000);
    pass(NOTICED.plusMinutes(10));
    assertThat(clock.currentTimeMillis()).isEqualTo(machine.get());
  }

  @Test
  void countsOnWhileTheProcessIsStopped() {
    long before = clock.currentTimeMillis();
    nanos.skip(Duration.ofMinutes(1));
    machine.addAndGet(60_000);
    assertThat(clock.currentTimeMillis() - before).isEqualTo(60_000);
  }

  /** Read all the time, as Hazelcast does. */
  private void pass(Duration time) {
    for (long millis = 0; millis < time.toMillis(); millis += 50) {
      nanos.skip(Duration.ofMillis(50));
      machine.addAndGet(50);
      clock.currentTimeMillis();
    }
  }
}
