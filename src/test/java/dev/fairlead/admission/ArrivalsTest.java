package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Ensures that arrivals are those of the last 100 ms, however often they are read. */
class ArrivalsTest {
  private final AtomicLong sum = new AtomicLong(7);
  private final AtomicLong clock = new AtomicLong();
  private final Arrivals arrivals = new Arrivals(sum::get, clock::get);

  private void pass(int millis) {
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void askingChangesNothing() {
    sum.addAndGet(5);
    pass(100);
    assertThat(arrivals.recent()).isEqualTo(5);
    sum.addAndGet(3);
    pass(99);
    assertThat(arrivals.recent()).isEqualTo(5);
    pass(1);
    assertThat(arrivals.recent()).isEqualTo(3);
    pass(100);
    assertThat(arrivals.recent()).isZero();
  }
}
