package dev.fairlead.pool.rebalance;

import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import java.util.List;

/**
 * What backends hold above or below a level of their share, by the weights of now and by those
 * after all slow starts: nothing counts as above that will be below, and the other way round.
 * Levels are in hundredths of a percent of the share. Immutable.
 */
record Levels(List<Load> loads, Split now, Split later) {
  /** The level of the share itself. */
  static final int SHARE = 10_000;

  /** The largest number if its limit is below its share: it keeps what it has. */
  long highest(Load load, long level, boolean up) {
    return now.isOpen(load) && later.isOpen(load)
        ? Math.max(now.level(load, level, up), later.level(load, level, up))
        : Long.MAX_VALUE;
  }

  private long lowest(Load load, long level, boolean up) {
    return Math.min(
        now.isOpen(load) ? now.level(load, level, up) : load.limit(),
        later.isOpen(load) ? later.level(load, level, up) : load.limit());
  }

  /** To which number it may be filled. */
  long room(Load load) {
    return lowest(load, SHARE, true);
  }

  /** How many sessions all together may be filled up with. */
  long room() {
    return loads.stream().mapToLong(each -> Math.max(0, room(each) - each.sessions())).sum();
  }

  long above(Load load, long level, boolean up) {
    return Math.max(0, load.sessions() - highest(load, level, up));
  }

  long above(long level, boolean up) {
    return loads.stream().mapToLong(each -> above(each, level, up)).sum();
  }

  /** What is missing to the level, limits respected. */
  long below(long level) {
    return loads.stream()
        .mapToLong(each -> Math.max(0, lowest(each, level, false) - each.sessions()))
        .sum();
  }

  /** The highest level above which {@code count} sessions are held, at least the share. */
  int find(long count, int highest) {
    int low = SHARE;
    int high = highest;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (above(middle, false) >= count) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
