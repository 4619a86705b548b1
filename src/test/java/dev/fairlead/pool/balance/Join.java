package dev.fairlead.pool.balance;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What happens to the last backend, which is empty while the others are full.
 *
 * @param peak its highest load within {@value #WATCHED} s, 1 = its share
 * @param rush its part of all new sessions in the first second, 0 to 1
 * @param settled seconds until it has 90 % of its share, {@value #WATCHED} = it had not
 */
record Join(double peak, double rush, double settled) {
  private static final int WATCHED = 60;
  private static final int LOOKS_A_SECOND = 20;
  private static final double ENOUGH = 0.9;

  /** Runs {@code traffic} from its start. */
  static Join of(SimulatedCluster cluster, SimulatedTraffic traffic) {
    int joined = cluster.weights().length - 1;
    traffic.start(joined);
    long startedBefore = traffic.started();
    double rush = 0;
    double peak = 0;
    double settled = WATCHED;
    for (int look = 1; look <= WATCHED * LOOKS_A_SECOND; look++) {
      traffic.pass(1.0 / LOOKS_A_SECOND);
      double load = cluster.overMean(joined);
      peak = Math.max(peak, load);
      settled = load >= ENOUGH ? Math.min(settled, traffic.now()) : settled;
      if (look == LOOKS_A_SECOND) {
        rush = (double) traffic.started(joined) / (traffic.started() - startedBefore);
      }
    }
    return new Join(peak, rush, settled);
  }

  /** Of several joins. */
  static Join mean(List<Join> joins) {
    return new Join(mean(joins, Join::peak), mean(joins, Join::rush), mean(joins, Join::settled));
  }

  private static double mean(List<Join> joins, ToDoubleFunction<Join> part) {
    return joins.stream().mapToDouble(part).average().orElseThrow();
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f, %.0f %%, %.1f s", peak, rush * 100, settled);
  }
}
