package dev.fairlead.cluster.node;

import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This process among the nodes of the cluster, members and foreign Vert.x applications alike.
 * Without a cluster it is the only node. Any thread.
 */
public interface ClusterNode {

  /** The Vert.x of this process, which is in the cluster already. */
  Vertx vertx();

  /** The Vert.x node id; alone, a random one. */
  String id();

  /** Where other members reach it, {@code host:port} of Hazelcast; null without a cluster. */
  @Nullable String address();

  /** The ids of all nodes that are there now, this one included. */
  List<String> nodes();

  /** Calls {@code listener} at every change from now on, on any thread; there is one listener. */
  void listen(NodeChanges listener);

  /** {@link #whyLeft} of a member that was not lost. */
  String STOPPED = "it stopped by itself";

  /**
   * Why a member left, for the log and the event, as far as this node knows.
   *
   * @param id of its node, which is still there if the member left by itself
   * @param address as of {@link #address()} there
   */
  default String whyLeft(String id, @Nullable String address) {
    return nodes().contains(id) ? STOPPED : "the cluster has removed it";
  }

  /** Receives the changes of nodes. Must not block. */
  interface NodeChanges {
    void joined(String node);

    void left(String node);

    /** Two parts of a split cluster have merged. */
    void merged();

    /**
     * This process has been removed from the cluster for good: only a restart gets it in again.
     * Called once, after {@link #left} for all others, and not when it leaves by itself.
     */
    default void lost() {}
  }
}
