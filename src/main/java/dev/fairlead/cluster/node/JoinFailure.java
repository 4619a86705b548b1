package dev.fairlead.cluster.node;

import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.MemberDiscovery;

/** Says in one line, and in the words of the configuration, why a start of a node failed. */
final class JoinFailure {
  private JoinFailure() {}

  /**
   * @param outside true = Hazelcast itself did not start
   * @param refusal what the cluster said, null = nothing
   */
  static ClusterException of(
      ClusterConfig cluster, boolean outside, String refusal, Throwable cause) {
    if (refusal != null) {
      return ClusterException.expected(
          "cluster.name", cluster.name(), "a cluster that takes this member: " + refusal, cause);
    }
    String said = messages(cause);
    if (said.contains("ddress already in use")) {
      return outside
          ? ClusterException.expected("cluster.port", cluster.port(), "a free port", cause)
          : ClusterException.expected("cluster.busPort", cluster.busPort(), "a free port", cause);
    }
    if (said.contains("assign requested address")) {
      return ClusterException.expected(
          "cluster.host", cluster.host(), "an address of this machine", cause);
    }
    if (said.contains("Node failed to start")) {
      return ClusterException.expected(
          "cluster.discovery", sought(cluster), "members that answer within 30s", cause);
    }
    return new ClusterException("cluster", "can't start: " + cause.getMessage(), cause);
  }

  private static String sought(ClusterConfig cluster) {
    return cluster.discovery() instanceof MemberDiscovery.Members list
        ? String.join(", ", list.members())
        : cluster.name();
  }

  private static String messages(Throwable cause) {
    StringBuilder all = new StringBuilder();
    for (Throwable one = cause; one != null; one = one.getCause()) {
      all.append(one.getMessage()).append('\n');
    }
    return all.toString();
  }
}
