package dev.fairlead.cluster.node;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records the changes of nodes that one node reports. */
public class Told implements ClusterNode.NodeChanges {
  private final List<String> events = new CopyOnWriteArrayList<>();

  @Override
  public void joined(String node) {
    events.add("joined " + node);
  }

  @Override
  public void left(String node) {
    events.add("left " + node);
  }

  @Override
  public void merged() {
    events.add("merged");
  }

  @Override
  public void lost() {
    events.add("lost");
  }

  public List<String> events() {
    return events;
  }
}
