package dev.fairlead.cluster;

import java.util.List;

/**
 * Tells what happens to the nodes to all that keep rows, and then of a merge to the configuration.
 * Any thread.
 */
record Nodes(List<ClusterNode.Listener> rows, Runnable onMerge) implements ClusterNode.Listener {
  @Override
  public void joined(String node) {
    rows.forEach(each -> each.joined(node));
  }

  @Override
  public void left(String node) {
    rows.forEach(each -> each.left(node));
  }

  @Override
  public void merged() {
    rows.forEach(ClusterNode.Listener::merged);
    onMerge.run();
  }
}
