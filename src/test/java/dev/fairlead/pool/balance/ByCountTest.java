package dev.fairlead.pool.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The balancers that look at counts take the lower {@code (clusterActive + 1) / weight}. */
class ByCountTest {
  private static final int PICKS = 100_000;
  private final RandomGenerator random = new SplittableRandom(20_261_122);

  @ParameterizedTest(name = "weights {0} and {1}, active {2} and {3}: backend {4}")
  @CsvSource({
    "1,   1,    0, 1,     0",
    "1,   1,    7, 6,     1",
    "2,   1,    2, 1,     0", // 3/2 < 2
    "2,   1,    4, 1,     1", // 5/2 > 2
    "3,   7,    2, 5,     1", // 1 > 6/7
    "999, 1000, 998, 998, 1", // 999/999 > 999/1000
    "1000, 999, 999, 999, 0"
  })
  void lowerShareWins(int weightA, int weightB, int activeA, int activeB, int winner) {
    for (Balance balance : List.of(Balance.TWO_CHOICES, Balance.LEAST_CONNECTIONS)) {
      Pool pool = PoolFixture.pool(balance, weightA, weightB);
      select(pool.backends().get(0), activeA);
      select(pool.backends().get(1), activeB);
      for (int i = 0; i < 100; i++) {
        assertThat(pool.pick(null, List.of())).isSameAs(pool.backends().get(winner));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_CHOICES", "LEAST_CONNECTIONS"})
  void oneBackendAloneIsTaken(Balance balance) {
    Pool pool = PoolFixture.pool(balance, 3);
    assertThat(pool.pick(null, List.of())).isSameAs(pool.backends().get(0));
  }

  @Test
  void leastConnectionsFillsUpToTheWeights() {
    Pool pool = PoolFixture.pool(Balance.LEAST_CONNECTIONS, 1, 2, 7);
    for (int i = 0; i < 1000; i++) {
      pool.pick(null, List.of()).trySelect();
    }
    assertThat(pool.backends()).extracting(Backend::active).containsExactly(100, 200, 700);
  }

  @Test
  void leastConnectionsBreaksTiesEvenly() {
    Pool pool = PoolFixture.pool(Balance.LEAST_CONNECTIONS, 1, 1, 1, 2, 1);
    select(pool.backends().get(1), 1);
    select(pool.backends().get(3), 1); // 2/2, the same as the others' 1/1
    Balancer balancer = new LeastConnections(PoolFixture.candidates(pool.backends()));
    long[] picked = picks(pool, balancer);
    assertThat(picked[1]).isZero();
    Shares.assertFollow(
        new long[] {picked[0], picked[2], picked[3], picked[4]}, new double[] {1, 1, 1, 1});
  }

  @Test
  void twoChoicesFollowsTheWeightsWhileAllAreEqual() {
    Pool pool = PoolFixture.pool(Balance.TWO_CHOICES, 2, 2, 2, 2);
    long[] picked = picks(pool, new TwoChoices(PoolFixture.candidates(pool.backends())));
    Shares.assertFollow(picked, new double[] {1, 1, 1, 1});
  }

  @Test
  void twoChoicesNeverTakesTheFullestOfThree() {
    Pool pool = PoolFixture.pool(Balance.TWO_CHOICES, 1, 1, 1);
    select(pool.backends().get(0), 9);
    select(pool.backends().get(1), 5);
    long[] picked = picks(pool, new TwoChoices(PoolFixture.candidates(pool.backends())));
    assertThat(picked[0]).isZero();
    // The emptiest wins unless it is not among the two drawn: one pair of three.
    Shares.assertFollow(new long[] {picked[1], picked[2]}, new double[] {1, 2});
  }

  @Test
  void twoChoicesStaysEvenOverManyBackends() {
    Pool pool = PoolFixture.pool(Balance.TWO_CHOICES, PoolFixture.equalWeights(100));
    Balancer balancer = new TwoChoices(PoolFixture.candidates(pool.backends()));
    for (int i = 0; i < PICKS; i++) {
      balancer.pick(null, random).trySelect();
    }
    int[] active = pool.backends().stream().mapToInt(Backend::active).toArray();
    assertThat(Arrays.stream(active).max().orElseThrow()).isLessThanOrEqualTo(1005);
  }

  private long[] picks(Pool pool, Balancer balancer) {
    long[] picked = new long[pool.backends().size()];
    for (int i = 0; i < PICKS; i++) {
      picked[pool.backends().indexOf(balancer.pick(null, random))]++;
    }
    return picked;
  }

  private static void select(Backend backend, int times) {
    for (int i = 0; i < times; i++) {
      backend.trySelect();
    }
  }
}
