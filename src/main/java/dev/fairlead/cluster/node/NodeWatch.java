package dev.fairlead.cluster.node;

import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import dev.fairlead.cluster.node.ClusterNode.NodeChanges;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reports nodes that joined and left by comparing, every 100 ms, the nodes of the cluster with
 * those of the last comparison. So no change is reported twice or missed, not even around a merge.
 *
 * <p>It does not wait for an event, because the threads that deliver it may be blocked for 3 s: on
 * the same threads the cluster manager cleans up after a dead member, and queries partitions that
 * still seem to be on it, 10 times at intervals of 300 ms. Comparisons run on an event loop; a
 * merge, and that Hazelcast has given up, are reported on a thread of Hazelcast.
 */
final class NodeWatch implements LifecycleListener {
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final Supplier<List<String>> nodes;
  private final BooleanSupplier stays;
  private final NodeChanges listener;
  private Set<String> known;

  /**
   * @param nodes the ids of the nodes of the cluster now
   * @param stays whether this process wants to be in the cluster
   */
  NodeWatch(Supplier<List<String>> nodes, BooleanSupplier stays, NodeChanges listener) {
    this.nodes = nodes;
    this.stays = stays;
    this.listener = listener;
    this.known = Set.copyOf(nodes.get());
  }

  /** Ends when {@code vertx} is closed. */
  void start(Vertx vertx) {
    vertx.setPeriodic(LOOK_EVERY.toMillis(), timer -> look());
  }

  @Override
  public synchronized void stateChanged(LifecycleEvent event) {
    if (event.getState() == LifecycleState.MERGED) {
      look();
      listener.merged();
    } else if (event.getState() == LifecycleState.SHUTDOWN && stays.getAsBoolean()) {
      look();
      listener.lost();
    }
  }

  private synchronized void look() {
    Set<String> now = Set.copyOf(nodes.get());
    Set<String> gone = new HashSet<>(known);
    gone.removeAll(now);
    Set<String> come = new HashSet<>(now);
    come.removeAll(known);
    known = now;
    gone.forEach(listener::left);
    come.forEach(listener::joined);
  }
}
