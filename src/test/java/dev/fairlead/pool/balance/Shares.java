package dev.fairlead.pool.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Compares what was drawn with what should have been. */
final class Shares {
  /** Quantile of the normal distribution: one true distribution in 10,000 is beyond it. */
  private static final double BEYOND = 3.72;

  private Shares() {}

  /** Chi-square test of {@code drawn} against {@code expected}, which need not sum to 1. */
  static void assertFollow(long[] drawn, double[] expected) {
    double draws = Arrays.stream(drawn).sum();
    double whole = Arrays.stream(expected).sum();
    double chiSquare = 0;
    for (int i = 0; i < drawn.length; i++) {
      double due = draws * expected[i] / whole;
      assertThat(due).as("enough draws for the test to mean anything").isGreaterThan(5);
      chiSquare += (drawn[i] - due) * (drawn[i] - due) / due;
    }
    assertThat(chiSquare).as(Arrays.toString(drawn)).isLessThan(bound(drawn.length - 1));
  }

  /** Wilson and Hilferty's approximation of the chi-square distribution's quantile. */
  private static double bound(int freedom) {
    double step = 2.0 / (9 * freedom);
    return freedom * Math.pow(1 - step + BEYOND * Math.sqrt(step), 3);
  }
}
