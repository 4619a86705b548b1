package dev.fairlead.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import dev.fairlead.cluster.ClusterNode.Listener;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tells who came and who went by comparing the nodes that are there with those that were, whenever
 * Hazelcast says that something changed. So nothing is told twice or missed, also around a merge.
 *
 * <p>Listens to Hazelcast itself and not to the cluster manager's node listener, which is called
 * only after map operations that can wait for the very member that is dead. Called on Hazelcast's
 * event threads.
 */
final class NodeWatch implements MembershipListener, LifecycleListener {
  private final Supplier<List<String>> nodes;
  private Set<String> known = Set.of();
  private Listener listener;

  /**
   * @param nodes who is there now
   */
  NodeWatch(Supplier<List<String>> nodes) {
    this.nodes = nodes;
  }

  synchronized void tell(Listener told) {
    known = Set.copyOf(nodes.get());
    listener = told;
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    look();
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    look();
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    if (event.getState() == LifecycleState.MERGED) {
      look();
      merged();
    }
  }

  private synchronized void look() {
    if (listener == null) {
      return;
    }
    Set<String> now = Set.copyOf(nodes.get());
    Set<String> gone = new HashSet<>(known);
    gone.removeAll(now);
    Set<String> come = new HashSet<>(now);
    come.removeAll(known);
    known = now;
    gone.forEach(listener::left);
    come.forEach(listener::joined);
  }

  private synchronized void merged() {
    if (listener != null) {
      listener.merged();
    }
  }
}
