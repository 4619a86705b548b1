package dev.fairlead.cluster;

import dev.fairlead.cluster.node.ClusterNode;
import java.util.function.LongSupplier;

/**
 * Where shared rows live.
 *
 * @param nanos the clock, as {@link System#nanoTime}
 * @param traffic is told what goes out
 */
public record RowPlace(ClusterNode node, LongSupplier nanos, RowTraffic traffic) {

  public static RowPlace of(ClusterNode node, RowTraffic traffic) {
    return new RowPlace(node, System::nanoTime, traffic);
  }
}
