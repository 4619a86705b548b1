package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the defaults: 5 failures, 30 s, 50 %. */
class OutliersTest {
  private long now = 1;
  private final List<String> told = new ArrayList<>();
  private final Outliers outliers =
      new Outliers(
          () -> now,
          new Outliers.EjectionListener() {
            @Override
            public void ejected(Pool pool, Backend backend, int failures, Duration time) {
              told.add(failures + " failures: " + time.toSeconds() + " s");
            }

            @Override
            public void returned(Pool pool, Backend backend) {
              told.add("returned");
            }
          });

  private void fail(Pool pool, int backend, int times) {
    for (int i = 0; i < times; i++) {
      pool.backends().get(backend).failed();
      outliers.failed(pool, pool.backends().get(backend));
    }
  }

  private void pass(Pool pool, Duration time) {
    now += time.toNanos();
    outliers.tick(List.of(pool));
  }

  private static Pool pool(int backends) {
    return PoolFixture.pool(Balance.DEFAULT, PoolFixture.equalWeights(backends));
  }

  @Test
  void fiveFailuresInARowEjectForHalfAMinute() {
    Pool pool = pool(2);
    fail(pool, 0, 4);
    assertThat(told).isEmpty();
    fail(pool, 0, 1);
    assertThat(pool.backends().get(0).isEjected()).isTrue();
    pass(pool, Duration.ofMillis(29_999));
    assertThat(told).containsExactly("5 failures: 30 s");
    pass(pool, Duration.ofMillis(1));
    assertThat(told).containsExactly("5 failures: 30 s", "returned");
    assertThat(pool.backends().get(0).eligible()).isTrue();
  }

  @Test
  void oneThatWorkedInBetweenBeginsToBeCountedAnew() {
    Pool pool = pool(2);
    fail(pool, 0, 4);
    pool.backends().get(0).worked();
    fail(pool, 0, 4);
    assertThat(told).isEmpty();
  }

  @Test
  void eachTimeInARowIsLonger() {
    Pool pool = pool(2);
    for (int i = 1; i <= 12; i++) {
      fail(pool, 0, 5);
      pass(pool, Duration.ofSeconds(30L * Math.min(i, 10)));
    }
    assertThat(told.get(2)).isEqualTo("5 failures: 60 s");
    assertThat(told.get(18)).isEqualTo("5 failures: 300 s");
    assertThat(told.get(22)).isEqualTo("5 failures: 300 s");
  }

  @Test
  void calmTimeTakesOff() {
    Pool pool = pool(2);
    fail(pool, 0, 5);
    pass(pool, Duration.ofSeconds(30));
    fail(pool, 0, 5);
    pass(pool, Duration.ofSeconds(60));
    pass(pool, Duration.ofSeconds(60));
    fail(pool, 0, 5);
    assertThat(told)
        .containsExactly(
            "5 failures: 30 s", "returned", "5 failures: 60 s", "returned", "5 failures: 30 s");
  }

  @Test
  void singleSessionsTryABackendThatIsNotProbed() {
    Pool pool = pool(2);
    Backend backend = pool.backends().get(0);
    fail(pool, 0, 5);
    for (int seconds : new int[] {3, 6, 12, 24}) {
      pass(pool, Duration.ofSeconds(seconds).minusNanos(now - 1).minusNanos(1));
      assertThat(backend.takeTrial()).isNull();
      pass(pool, Duration.ofNanos(1));
      Trial trial = backend.takeTrial();
      assertThat(backend.takeTrial()).isNull();
      assertThat(backend.eligible()).isFalse();
      trial.failed();
    }
    assertThat(told).containsExactly("5 failures: 30 s");
  }

  @Test
  void trialThatWorksEndsTheEjection() {
    Pool pool = pool(2);
    Backend backend = pool.backends().get(0);
    fail(pool, 0, 5);
    pass(pool, Duration.ofSeconds(3));
    Trial trial = backend.takeTrial();
    trial.passed();
    trial.ended();
    pass(pool, Duration.ofMillis(250));
    assertThat(told).containsExactly("5 failures: 30 s", "returned");
    fail(pool, 0, 5);
    assertThat(told).contains("5 failures: 60 s");
  }

  @Test
  void trialThatProvesNothingLeavesItToTheNextSession() {
    Pool pool = pool(2);
    Backend backend = pool.backends().get(0);
    fail(pool, 0, 5);
    pass(pool, Duration.ofSeconds(3));
    backend.takeTrial().ended();
    assertThat(backend.takeTrial()).isNotNull();
  }

  /** Rise is 2, so the second ejection in a row takes four probes. */
  @Test
  void probesThatPassInARowEndTheEjection() {
    Pool pool = pool(2);
    fail(pool, 0, 5);
    probe(pool, true, false, true);
    assertThat(told).containsExactly("5 failures: 30 s");
    probe(pool, true);
    assertThat(told).containsExactly("5 failures: 30 s", "returned");
    fail(pool, 0, 5);
    probe(pool, true, true, true);
    assertThat(told).hasSize(3);
    probe(pool, true);
    assertThat(told).hasSize(4);
  }

  private void probe(Pool pool, boolean... passed) {
    for (boolean each : passed) {
      outliers.probed(pool, pool.backends().get(0), each);
    }
  }

  @Test
  void oneThatHasLeftThePoolBeginsAnew() {
    Pool pool = pool(2);
    fail(pool, 0, 5);
    outliers.retain(Set.of());
    Pool back = pool(2);
    fail(back, 0, 5);
    assertThat(told).containsExactly("5 failures: 30 s", "5 failures: 30 s");
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 1", "4, 2", "9, 4"})
  void atMostHalfOfThePoolIsEjectedButOneOfTwo(int backends, int ejected) {
    Pool pool = pool(backends);
    for (int i = 0; i < backends; i++) {
      fail(pool, i, 10);
    }
    assertThat(pool.backends().stream().filter(Backend::isEjected)).hasSize(ejected);
  }
}
