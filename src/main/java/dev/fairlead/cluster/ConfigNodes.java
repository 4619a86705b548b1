package dev.fairlead.cluster;

import dev.fairlead.cluster.members.EventPublisher;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.revision.SharedConfig;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the configuration and the events make of changes of the nodes; after all rows. Any thread.
 */
record ConfigNodes(
    Consumer<Runnable> onContext, Supplier<SharedConfig> config, EventPublisher events)
    implements ClusterNode.NodeChanges {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigNodes.class);

  @Override
  public void joined(String node) {
    onContext.accept(() -> config.get().joined());
  }

  @Override
  public void left(String node) {
    onContext.accept(() -> config.get().left(node));
  }

  @Override
  public void merged() {
    LOG.warn("the parts of a split cluster have merged");
    // The other part of the split has published that this member left.
    events.joined();
    onContext.accept(() -> config.get().merged());
  }
}
