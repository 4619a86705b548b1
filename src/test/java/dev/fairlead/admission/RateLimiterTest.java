package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.LimitsConfig.LimitScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Ensures that a rate holds over every span of time, with a burst of one second, and that all of it
 * can be used. Provoked with a clock of its own, in steps of any length. A failure names the span.
 */
class RateLimiterTest {
  private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

  private final AtomicLong clock = new AtomicLong(-5);

  private RateLimiter limiter(int perSecond) {
    RateLimiter limiter = new RateLimiter("test", clock::get);
    limiter.configure(perSecond, LimitScope.MEMBER);
    return limiter;
  }

  @Property(tries = 300)
  void noSpanOfTimeHasMoreThanItsTokensAndABurst(
      @ForAll @IntRange(min = 1, max = 2000) int perSecond,
      @ForAll @Size(min = 10, max = 200) List<@IntRange(max = 700_000_000) Integer> steps) {
    RateLimiter limiter = limiter(perSecond);
    List<Long> taken = new ArrayList<>();
    for (int step : steps) {
      clock.addAndGet(step);
      for (int i = 0; i < 5 && limiter.tryTake(); i++) {
        taken.add(clock.get());
      }
    }
    for (int from = 0; from < taken.size(); from++) {
      for (int to = from; to < taken.size(); to++) {
        double seconds = (taken.get(to) - taken.get(from)) / SECOND;
        // A token is a whole number of nanoseconds.
        assertThat(to - from + 1)
            .isLessThanOrEqualTo((int) Math.ceil(perSecond * (seconds + 1) * 1.00001 + 0.0001));
      }
    }
  }

  @Property(tries = 50)
  void wholeRateCanBeUsed(@ForAll @IntRange(min = 1, max = 5000) int perSecond) {
    RateLimiter limiter = limiter(perSecond);
    int burst = 0;
    while (limiter.tryTake()) {
      burst++;
    }
    assertThat(burst).isEqualTo(perSecond);
    int later = 0;
    for (int i = 0; i < 4000; i++) {
      clock.addAndGet((long) (SECOND / 1000));
      while (limiter.tryTake()) {
        later++;
      }
    }
    assertThat(later).isBetween(4 * perSecond - 1, 4 * perSecond + 1);
  }

  @Property(tries = 20)
  void whatIsPutBackCanBeTakenAgain(@ForAll @IntRange(min = 1, max = 100) int perSecond) {
    RateLimiter limiter = limiter(perSecond);
    for (int i = 0; i < 3 * perSecond; i++) {
      assertThat(limiter.tryTake()).isTrue();
      limiter.putBack();
    }
  }

  @Property(tries = 1)
  void rateOfTheClusterIsTakenAfterItWasAllowed() {
    RateLimiter limiter = new RateLimiter("test", clock::get);
    assertThat(limiter.tryTake()).isTrue();
    limiter.configure(100, LimitScope.CLUSTER);
    assertThat(limiter.limit()).isEqualTo(100);
    assertThat(limiter.tryTake()).isFalse();
    clock.addAndGet((long) (SECOND / 10));
    assertThat(limiter.wanted()).isPositive();
    limiter.allow(30);
    assertThat(limiter.tryTake()).isTrue();
    limiter.configure(0, LimitScope.CLUSTER);
    assertThat(limiter.limit()).isZero();
    assertThat(limiter.allowed()).isEqualTo(Integer.MAX_VALUE);
  }
}
