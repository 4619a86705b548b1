package dev.fairlead.cluster.node;

import io.vertx.core.Vertx;
import java.util.List;

/**
 * This process among the nodes of the cluster, members and foreign Vert.x applications alike. Alone
 * it is the only one. Every method may be called from any thread.
 */
public interface ClusterNode {

  /** The Vert.x of this process, which is in the cluster already. */
  Vertx vertx();

  /** The Vert.x node id; alone, a random one. */
  String id();

  /** Where other members reach it, {@code host:port} of Hazelcast; null = it is alone. */
  String address();

  /** The ids of all nodes that are there now, this one included. */
  List<String> nodes();

  /**
   * Tells {@code listener} of every change from now on, on whatever thread; there is one listener.
   */
  void listen(Listener listener);

  /** Who comes and goes. Must not block. */
  interface Listener {
    void joined(String node);

    void left(String node);

    /** This part of a split cluster has met the other again. */
    void merged();

    /**
     * This process has been thrown out of the cluster for good: only a restart gets it in again.
     * Told once, and not when it leaves by itself; everybody else has left, as it sees it.
     */
    default void lost() {}
  }
}
