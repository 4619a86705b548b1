package dev.fairlead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectTimesTest {
  @Test
  void everyTimeIsBelowTheEndOfItsBucketAndNotBelowTheOneBefore() {
    for (long nanos = 1; nanos < TimeUnit.MINUTES.toNanos(1); nanos = nanos * 21 / 20 + 1) {
      int bucket = ConnectTimes.bucket(nanos);
      assertThat(nanos / 1e6).isLessThan(ConnectTimes.endMillis(bucket));
      if (bucket > 0) {
        assertThat(nanos / 1e6).isGreaterThanOrEqualTo(ConnectTimes.endMillis(bucket - 1));
      }
    }
  }

  @Test
  void longerTimesAreInTheLastBucket() {
    assertThat(ConnectTimes.bucket(Long.MAX_VALUE)).isEqualTo(ConnectTimes.BUCKETS - 1);
    assertThat(ConnectTimes.bucket(0)).isZero();
  }

  @Test
  void countsAreOfTheirBucket() {
    ConnectTimes times = new ConnectTimes();
    times.add(TimeUnit.MILLISECONDS.toNanos(3));
    times.add(TimeUnit.MILLISECONDS.toNanos(3));
    assertThat(times.count(ConnectTimes.bucket(TimeUnit.MILLISECONDS.toNanos(3)))).isEqualTo(2);
    assertThat(times.count(0)).isZero();
  }
}
