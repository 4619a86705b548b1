package dev.fairlead.pool.balance;

import java.util.Arrays;
import java.util.Locale;

/**
 * How uneven the backends' true load is in the long run: that of the busiest in shares of its
 * weight, 1 = all carry exactly their share.
 *
 * @param p99 exceeded for 1 % of the time
 * @param mean over time
 */
record PeakOverMean(double p99, double mean) {
  private static final int SAMPLES = 1000;

  /** So many steps from the start, which is even, are not looked at. */
  private static final int SETTLING = 200;

  /** Runs {@code traffic} from its start and looks every {@code step} seconds. */
  static PeakOverMean of(SimulatedCluster cluster, SimulatedTraffic traffic, double step) {
    traffic.start(cluster.weights().length);
    traffic.pass(SETTLING * step);
    double[] peaks = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      traffic.pass(step);
      peaks[i] = cluster.peakOverMean();
    }
    Arrays.sort(peaks);
    return new PeakOverMean(
        peaks[SAMPLES * 99 / 100], Arrays.stream(peaks).average().orElseThrow());
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f (%.2f)", p99, mean);
  }
}
