package dev.fairlead.testkit;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.UUID;

/** A Vert.x node on 127.0.0.1, alone in a cluster of its own or in that of another one. */
public final class ClusteredVertx implements AutoCloseable {
  private final Vertx vertx;
  private final String cluster;
  private final String id;
  private final int port;

  private ClusteredVertx(Vertx vertx, String cluster, String id, int port) {
    this.vertx = vertx;
    this.cluster = cluster;
    this.id = id;
    this.port = port;
  }

  /** The first node of a new cluster. */
  public static ClusteredVertx start() {
    int port = FreePorts.next();
    return start(UUID.randomUUID().toString(), port, port);
  }

  /** One more node of the same cluster. */
  public ClusteredVertx another() {
    return start(cluster, FreePorts.next(), port);
  }

  /** A node in a cluster of members, as an application would join it. */
  public static ClusteredVertx joining(ClusterKeys cluster) {
    return start(cluster.name(), FreePorts.next(), cluster.ports().get(0));
  }

  private static ClusteredVertx start(String cluster, int port, int joined) {
    HazelcastClusterManager manager = new HazelcastClusterManager(hazelcast(cluster, port, joined));
    Vertx vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setEventBusOptions(new EventBusOptions().setHost("127.0.0.1"))
                    .setEventLoopPoolSize(1))
            .withClusterManager(manager)
            .buildClustered()
            .await();
    return new ClusteredVertx(vertx, cluster, manager.getNodeId(), port);
  }

  private static Config hazelcast(String cluster, int port, int joined) {
    Config config = ConfigUtil.loadConfig();
    config.setClusterName(cluster);
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.local.localAddress", "127.0.0.1");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.addMapConfig(new MapConfig("fairlead.*").setBackupCount(2));
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "10");
    config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).addMember("127.0.0.1:" + joined);
    return config;
  }

  public Vertx vertx() {
    return vertx;
  }

  /** The name of the cluster. */
  public String cluster() {
    return cluster;
  }

  /** The Vert.x node id. */
  public String id() {
    return id;
  }

  /** Where others join it. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
