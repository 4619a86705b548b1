package dev.fairlead.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Timeouts;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SessionTimerTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static SessionTimer timer(Timeouts timeouts) {
    SessionTimer timer = new SessionTimer(System::nanoTime);
    timer.route(timeouts);
    return timer;
  }

  @RepeatedTest(20)
  void maxDurationIsDrawnFromItsLastPart() {
    long before = System.nanoTime();
    SessionTimer timer = timer(new Timeouts(HOUR, MINUTE, HOUR, 10));
    long after = System.nanoTime();
    assertThat(timer.expiresAt())
        .isBetween(before + HOUR.toNanos() / 10 * 9, after + HOUR.toNanos());
  }

  @Test
  void zeroIsNever() {
    SessionTimer timer = timer(new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, 10));
    assertThat(timer.expiresAt()).isEqualTo(SessionTimer.NEVER);
    assertThat(timer.quietUntil(false)).isEqualTo(SessionTimer.NEVER);
    assertThat(timer.quietUntil(true)).isEqualTo(SessionTimer.NEVER);
  }

  @Test
  void idleAndCloseCountFromTheLastByte() {
    SessionTimer timer = timer(new Timeouts(HOUR, MINUTE, Duration.ZERO, 0));
    timer.touch();
    assertThat(timer.quietUntil(false)).isEqualTo(timer.lastByteAt() + HOUR.toNanos());
    assertThat(timer.quietUntil(true)).isEqualTo(timer.lastByteAt() + MINUTE.toNanos());
  }

  @Test
  void bytesThatLeaveCountAsMovement() {
    SessionTimer timer = timer(new Timeouts(HOUR, MINUTE, Duration.ZERO, 0));
    timer.noticePending(1000);
    long moved = timer.lastByteAt();
    timer.noticePending(1000);
    assertThat(timer.lastByteAt()).isEqualTo(moved);
    timer.noticePending(900);
    assertThat(timer.lastByteAt()).isGreaterThan(moved);
  }
}
