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
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Draws follow the weights: the first, the second of two different ones, and those after a failure.
 * Provoked by 200,000 seeded draws each and a chi-square test; a failure is a biased draw.
 */
class DrawTest {
  private static final int DRAWS = 200_000;
  private final RandomGenerator random = new SplittableRandom(20_261_122);

  static List<int[]> weights() {
    return List.of(
        new int[] {1, 1},
        new int[] {5, 1, 1},
        new int[] {1, 2, 3, 4},
        new int[] {1000, 1, 1000, 10},
        PoolFixture.equalWeights(100),
        PoolFixture.skewedWeights(100));
  }

  @ParameterizedTest
  @MethodSource("weights")
  void weightedRandomFollowsTheWeights(int[] weights) {
    Pool pool = PoolFixture.pool(Balance.WEIGHTED_RANDOM, weights);
    Balancer balancer = new WeightedRandom(PoolFixture.candidates(pool.backends()));
    long[] drawn = new long[weights.length];
    for (int i = 0; i < DRAWS; i++) {
      drawn[pool.backends().indexOf(balancer.pick(null, random))]++;
    }
    Shares.assertFollow(drawn, Arrays.stream(weights).asDoubleStream().toArray());
  }

  @Test
  void secondDrawFollowsTheWeightsOfTheOthers() {
    int[] weights = {1, 2, 3, 10};
    Candidates candidates =
        PoolFixture.candidates(PoolFixture.pool(Balance.TWO_CHOICES, weights).backends());
    for (int first = 0; first < weights.length; first++) {
      double[] others = Arrays.stream(weights).asDoubleStream().toArray();
      others[first] = 0;
      long[] drawn = new long[weights.length];
      for (int i = 0; i < DRAWS; i++) {
        drawn[candidates.drawOther(first, random)]++;
      }
      assertThat(drawn[first]).isZero();
      Shares.assertFollow(without(first, drawn), without(first, others));
    }
  }

  @Test
  void drawAfterAFailureFollowsTheWeightsOfTheRest() {
    Pool pool = PoolFixture.pool(Balance.ROUND_ROBIN, 4, 1, 2, 3);
    Candidates candidates = PoolFixture.candidates(pool.backends());
    List<Backend> tried = List.of(pool.backends().get(0), pool.backends().get(2));
    long[] drawn = new long[4];
    for (int i = 0; i < DRAWS; i++) {
      drawn[pool.backends().indexOf(candidates.drawExcept(tried, random))]++;
    }
    assertThat(drawn[0] + drawn[2]).isZero();
    Shares.assertFollow(new long[] {drawn[1], drawn[3]}, new double[] {1, 3});
  }

  private static long[] without(int index, long[] values) {
    long[] rest = new long[values.length - 1];
    System.arraycopy(values, 0, rest, 0, index);
    System.arraycopy(values, index + 1, rest, index, rest.length - index);
    return rest;
  }

  private static double[] without(int index, double[] values) {
    double[] rest = new double[values.length - 1];
    System.arraycopy(values, 0, rest, 0, index);
    System.arraycopy(values, index + 1, rest, index, rest.length - index);
    return rest;
  }
}
