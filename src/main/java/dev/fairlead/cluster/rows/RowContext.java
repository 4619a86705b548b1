package dev.fairlead.cluster.rows;

import dev.fairlead.cluster.node.ClusterNode;
import java.util.function.LongSupplier;

/**
 * Where shared rows live.
 *
 * @param nanos the clock, as {@link System#nanoTime}
 * @param traffic is told what goes out
 */
public record RowContext(ClusterNode node, LongSupplier nanos, RowTraffic traffic) {

  public static RowContext of(ClusterNode node, RowTraffic traffic) {
    return new RowContext(node, System::nanoTime, traffic);
  }
}
