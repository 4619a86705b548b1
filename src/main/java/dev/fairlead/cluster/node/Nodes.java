package dev.fairlead.cluster.node;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes changes of the nodes on to all tables of rows, and a merge to the configuration after
 * them. Remembers that this member has lost the cluster. Any thread.
 */
public final class Nodes implements ClusterNode.NodeChanges {
  private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

  private static final String LOST = "this member has lost the cluster: restart it";

  private final List<ClusterNode.NodeChanges> rows;
  private final Runnable onMerge;
  private volatile boolean isLost;

  public Nodes(List<ClusterNode.NodeChanges> rows, Runnable onMerge) {
    this.rows = rows;
    this.onMerge = onMerge;
  }

  public @Nullable String trouble() {
    return isLost ? LOST : null;
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
    rows.forEach(ClusterNode.NodeChanges::merged);
    onMerge.run();
  }

  @Override
  public void lost() {
    isLost = true;
    LOG.error(LOST);
  }
}
