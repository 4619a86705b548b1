package dev.fairlead.cluster.node;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.MemberDiscovery;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of Hazelcast in a member. All of it is here; no file is read.
 *
 * <p>The number of partitions is Hazelcast's default, 271, and the property is not even set:
 * members whose values of it differ refuse each other, set and unset included, and foreign Vert.x
 * applications use the default. Likewise all members and applications need the same kind of
 * discovery.
 */
final class HazelcastSettings {
  /** Hazelcast's default, for a map that has no configuration, is 1. */
  private static final int BACKUPS = 2;

  /** What vertx-hazelcast's own default configuration has. */
  private static final int VERTX_BACKUPS = 1;

  /** A headless service answers with nothing while the first pods come up. */
  private static final int KUBERNETES_WAIT_SECONDS = 3;

  private HazelcastSettings() {}

  static Config of(ClusterConfig cluster, @Nullable InetAddress bind) {
    Config config = new Config();
    config.setClusterName(cluster.name());
    network(config, cluster, bind);
    maps(config);
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    config.getSerializationConfig().setJavaSerializationFilterConfig(Deserialization.filter());
    set(config, ClusterProperty.PHONE_HOME_ENABLED, false);
    set(config, ClusterProperty.SHUTDOWNHOOK_ENABLED, false);
    set(config, ClusterProperty.LOGGING_TYPE, "slf4j");
    set(config, ClusterProperty.LOGGING_ENABLE_DETAILS, false);
    set(config, ClusterProperty.HEALTH_MONITORING_LEVEL, "OFF");
    idle(config);
    detection(config);
    limits(config);
    migration(config);
    threads(config);
    return config;
  }

  /**
   * Advanced networking: a port for members only, which answers neither clients nor REST. It also
   * avoids a fault of the plain one (5.6): while a peer accepts the connection but sends nothing,
   * as a frozen process does, the thread that writes spins, the other members get no heartbeat, and
   * healthy members remove each other.
   */
  private static void network(Config config, ClusterConfig cluster, @Nullable InetAddress bind) {
    ServerSocketEndpointConfig members = new ServerSocketEndpointConfig();
    members.setPort(cluster.port()).setPortAutoIncrement(false);
    // Otherwise a member that restarts finds its port taken by its last connections for a minute.
    members.setReuseAddress(true);
    members.setPublicAddress(cluster.publicAddress());
    members.setSocketConnectTimeoutSeconds(3);
    if (bind != null) {
      config.setProperty("hazelcast.local.localAddress", bind.getHostAddress());
      set(config, ClusterProperty.SOCKET_BIND_ANY, false);
    }
    AdvancedNetworkConfig network = config.getAdvancedNetworkConfig();
    network.setEnabled(true).setMemberEndpointConfig(members);
    join(config, network.getJoin(), cluster);
  }

  private static void join(Config config, JoinConfig join, ClusterConfig cluster) {
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    // There is no member to wait for: one that starts at the same instant is found, or finds us.
    int waitSeconds = 0;
    if (cluster.discovery() instanceof MemberDiscovery.Members list) {
      join.getTcpIpConfig().setEnabled(true).setMembers(list.members());
    } else if (cluster.discovery() instanceof MemberDiscovery.KubernetesService service) {
      join.getKubernetesConfig()
          .setEnabled(true)
          .setProperty("service-dns", service.name())
          .setProperty("service-port", String.valueOf(cluster.port()));
      waitSeconds = KUBERNETES_WAIT_SECONDS;
    } else {
      join.getMulticastConfig().setEnabled(true);
    }
    set(config, ClusterProperty.WAIT_SECONDS_BEFORE_JOIN, waitSeconds);
    set(config, ClusterProperty.MAX_WAIT_SECONDS_BEFORE_JOIN, waitSeconds);
    set(config, ClusterProperty.MAX_JOIN_SECONDS, 30);
  }

  private static void maps(Config config) {
    config.addMapConfig(
        new MapConfig("fairlead.*").setBackupCount(BACKUPS).setStatisticsEnabled(false));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(VERTX_BACKUPS));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(VERTX_BACKUPS));
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(VERTX_BACKUPS)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
  }

  /**
   * Detection of dead members, and of the other part after a split. A killed process is removed
   * after about 400 ms: its connection breaks and four reconnects fail. The claim of mastership by
   * the next oldest member keeps its default of 120 s, which is also the number of its attempts:
   * with fewer it excludes members that have not noticed the death of the oldest yet.
   */
  private static void detection(Config config) {
    set(config, ClusterProperty.HEARTBEAT_INTERVAL_SECONDS, 1);
    // Checked with each heartbeat, so that a silent member is removed within 10 s.
    set(config, ClusterProperty.MAX_NO_HEARTBEAT_SECONDS, 9);
    set(config, ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS, 5);
    set(config, ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS, 5);
  }

  /**
   * Time limits of operations on a member that does not answer. One on its partitions continues
   * when the member is removed. One that only needs a backup there does not wait for that: a write
   * that returns is on its owner, and on the backups that answer in time.
   */
  private static void limits(Config config) {
    set(config, ClusterProperty.OPERATION_CALL_TIMEOUT_MILLIS, 12_000);
    set(config, ClusterProperty.OPERATION_BACKUP_TIMEOUT_MILLIS, 1_000);
    set(config, ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT, 10);
  }

  /**
   * Hazelcast moves a copy of each of 271 partitions when a member joins or leaves. One at a time
   * takes a second or two where members reach each other in a millisecond; ten at a time, the
   * default, take all cores from the event loops of small machines meanwhile.
   */
  private static void migration(Config config) {
    set(config, ClusterProperty.PARTITION_MAX_PARALLEL_MIGRATIONS, 1);
  }

  /** What a member does while nothing happens. */
  private static void idle(Config config) {
    // It looks at all partitions; an expired entry is not returned, whenever it is taken away.
    config.setProperty("hazelcast.internal.map.expiration.task.period.seconds", "60");
    set(config, ClusterProperty.SLOW_OPERATION_DETECTOR_ENABLED, false);
    set(config, ClusterProperty.NETWORK_STATS_REFRESH_INTERVAL_SECONDS, 60);
    // There are no such data structures.
    config.getCRDTReplicationConfig().setReplicationPeriodMillis(60_000);
  }

  private static void threads(Config config) {
    set(config, ClusterProperty.PARTITION_OPERATION_THREAD_COUNT, 2);
    set(config, ClusterProperty.GENERIC_OPERATION_THREAD_COUNT, 2);
    set(config, ClusterProperty.RESPONSE_THREAD_COUNT, 1);
    set(config, ClusterProperty.IO_THREAD_COUNT, 2);
    set(config, ClusterProperty.CLIENT_ENGINE_THREAD_COUNT, 1);
    set(config, ClusterProperty.CLIENT_ENGINE_BLOCKING_THREAD_COUNT, 1);
    set(config, ClusterProperty.CLIENT_ENGINE_QUERY_THREAD_COUNT, 1);
    // vertx-hazelcast waits for maps on these; with fewer it waits for itself (its issue 215).
    set(config, ClusterProperty.EVENT_THREAD_COUNT, 3);
  }

  private static void set(Config config, HazelcastProperty property, Object value) {
    config.setProperty(property.getName(), String.valueOf(value));
  }
}
