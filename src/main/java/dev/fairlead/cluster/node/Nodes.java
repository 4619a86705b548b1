package dev.fairlead.cluster.node;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what happens to the nodes to all that keep rows, and then of a merge to the configuration.
 * Remembers when this member is in no cluster any more. Any thread.
 */
public final class Nodes implements ClusterNode.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

  private final List<ClusterNode.Listener> rows;
  private final Runnable onMerge;
  private volatile boolean isLost;

  public Nodes(List<ClusterNode.Listener> rows, Runnable onMerge) {
    this.rows = rows;
    this.onMerge = onMerge;
  }

  /** Why this member is of no use to its cluster any more; null = it is. */
  public String trouble() {
    return isLost ? "this member has lost the cluster: restart it" : null;
  }

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

  @Override
  public void lost() {
    isLost = true;
    LOG.error(trouble());
  }
}
