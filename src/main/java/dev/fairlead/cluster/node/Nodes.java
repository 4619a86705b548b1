package dev.fairlead.cluster.node;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes changes of the nodes on to all parts of this member that follow them, in order. Remembers
 * that this member has lost the cluster. Any thread.
 */
public final class Nodes implements ClusterNode.NodeChanges {
  private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

  private static final String LOST = "this member has lost the cluster: restart it";

  private final List<ClusterNode.NodeChanges> parts;
  private volatile boolean isLost;

  public Nodes(List<ClusterNode.NodeChanges> parts) {
    this.parts = List.copyOf(parts);
  }

  public @Nullable String trouble() {
    return isLost ? LOST : null;
  }

  @Override
  public void joined(String node) {
    tell(part -> part.joined(node));
  }

  @Override
  public void left(String node) {
    tell(part -> part.left(node));
  }

  @Override
  public void merged() {
    tell(ClusterNode.NodeChanges::merged);
  }

  /** A bug in one part keeps no other from following. */
  private void tell(Consumer<ClusterNode.NodeChanges> change) {
    for (ClusterNode.NodeChanges part : parts) {
      try {
        change.accept(part);
      } catch (RuntimeException bug) {
        LOG.error("a change of the cluster's nodes is lost on {}", part, bug);
      }
    }
  }

  @Override
  public void lost() {
    isLost = true;
    LOG.error(LOST);
  }
}
