package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LineLimitTest {
  private static final Duration PAUSE = Duration.ofSeconds(60);

  private final FakeClock clock = new FakeClock();
  private final LineLimit limit = new LineLimit(PAUSE, clock);

  @Test
  void oneLineInEachPauseAndTheNextCountsThoseLeftOut() {
    assertThat(limit.next()).hasValue(0);
    clock.pass(Duration.ofSeconds(10));
    assertThat(limit.next()).isEmpty();
    clock.pass(Duration.ofSeconds(10));
    assertThat(limit.next()).isEmpty();
    clock.pass(Duration.ofSeconds(40));
    assertThat(limit.next()).hasValue(2);
    clock.pass(PAUSE);
    assertThat(limit.next()).hasValue(0);
  }

  @Test
  void lineThatAnotherLimitRefusesBeginsNoPause() {
    assertThat(limit.next(() -> false)).isEmpty();
    assertThat(limit.next()).hasValue(1);
  }

  @Test
  void anotherLimitIsNotAskedDuringThePause() {
    limit.next();
    limit.next(
        () -> {
          throw new AssertionError("asked");
        });
  }
}
