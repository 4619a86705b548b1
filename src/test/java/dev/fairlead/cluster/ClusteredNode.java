package dev.fairlead.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import dev.fairlead.cluster.node.ClusterNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetSocketAddress;
import java.util.List;

/** A clustered Vert.x on 127.0.0.1, as small and quick as Hazelcast gets. */
public final class ClusteredNode implements ClusterNode {
  private final HazelcastClusterManager manager;
  private final Vertx vertx;
  private final String address;

  private ClusteredNode(HazelcastClusterManager manager, Vertx vertx) {
    this.manager = manager;
    this.vertx = vertx;
    InetSocketAddress local =
        manager.getHazelcastInstance().getCluster().getLocalMember().getSocketAddress();
    this.address = local.getHostString() + ":" + local.getPort();
  }

  /**
   * Starts one.
   *
   * @param seed a node that is there, null = this is the first
   */
  public static ClusteredNode join(String cluster, ClusteredNode seed) {
    HazelcastClusterManager manager =
        new HazelcastClusterManager(config(cluster, seed == null ? null : seed.address));
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(4)
            .setEventBusOptions(new EventBusOptions().setHost("127.0.0.1"));
    Vertx vertx =
        OnContext.done(Vertx.builder().with(options).withClusterManager(manager).buildClustered());
    return new ClusteredNode(manager, vertx);
  }

  private static Config config(String cluster, String seed) {
    Config config = ConfigUtil.loadConfig().setClusterName(cluster);
    config
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.shutdownhook.enabled", "false")
        .setProperty("hazelcast.logging.type", "none")
        .setProperty("hazelcast.partition.count", "31")
        .setProperty("hazelcast.wait.seconds.before.join", "0")
        .setProperty("hazelcast.graceful.shutdown.max.wait", "5");
    NetworkConfig network = config.getNetworkConfig().setPort(0);
    network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true);
    if (seed != null) {
      join.getTcpIpConfig().addMember(seed);
    }
    return config;
  }

  @Override
  public Vertx vertx() {
    return vertx;
  }

  @Override
  public String id() {
    return manager.getNodeId();
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public List<String> nodes() {
    try {
      return manager.getNodes();
    } catch (HazelcastInstanceNotActiveException e) {
      return List.of(manager.getNodeId());
    }
  }

  @Override
  public void listen(NodeChanges listener) {
    manager.nodeListener(
        new NodeListener() {
          @Override
          public void nodeAdded(String node) {
            listener.joined(node);
          }

          @Override
          public void nodeLeft(String node) {
            listener.left(node);
          }
        });
  }

  /** As if the process were killed: no goodbye is sent. */
  public void crash() {
    manager.getHazelcastInstance().getLifecycleService().terminate();
  }

  public void close() {
    OnContext.done(vertx.close());
  }
}
