package dev.fairlead.pool.rebalance;

import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * How sessions are shared by weight. A backend whose limit is below its share has its limit, and
 * the others share the rest. Immutable.
 *
 * <pre>
 * 90 sessions, weights 1, 1, 1, limit of the first 10    10, 40, 40
 * </pre>
 *
 * @param open those whose limit is not below their share
 * @param sessions what these share
 * @param weights the sum of theirs
 */
record Split(Set<Load> open, ToLongFunction<Load> weight, long sessions, long weights) {

  static Split of(List<Load> loads, long total, ToLongFunction<Load> weight) {
    Set<Load> open = new LinkedHashSet<>(loads);
    long rest = total;
    long weights = open.stream().mapToLong(weight).sum();
    boolean again = true;
    while (again) {
      again = false;
      for (Load each : List.copyOf(open)) {
        // Of those left; a limit below the share leaves more to the others.
        if (each.limit() < ceilDiv(rest * weight.applyAsLong(each), weights)) {
          open.remove(each);
          rest -= each.limit();
          weights -= weight.applyAsLong(each);
          again = true;
          break;
        }
      }
    }
    return new Split(open, weight, rest, weights);
  }

  boolean isOpen(Load load) {
    return open.contains(load);
  }

  /** So much of the share of an open one, in hundredths of a percent, rounded up or down. */
  long level(Load load, long level, boolean up) {
    long dividend = sessions * weight.applyAsLong(load) * level;
    long divisor = weights * Levels.SHARE;
    return up ? ceilDiv(dividend, divisor) : Math.floorDiv(dividend, divisor);
  }

  private static long ceilDiv(long dividend, long divisor) {
    return -Math.floorDiv(-dividend, divisor);
  }
}
