package dev.fairlead.testkit;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import dev.fairlead.cluster.node.HazelcastNode;
import dev.fairlead.config.ClusterConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;

/**
 * Nodes of one cluster in this process, on free ports of 127.0.0.1 and under a name of its own. The
 * first one that joins is the oldest. Closing it closes whatever is still there.
 */
public final class TestCluster implements AutoCloseable {
  private final String name = "test-" + UUID.randomUUID();
  private final List<HazelcastNode> nodes = new ArrayList<>();
  private final List<String> members = new ArrayList<>();

  /** A cluster of {@code size} nodes, of which any may die without a loss. */
  public static TestCluster of(int size) {
    TestCluster cluster = new TestCluster();
    for (int i = 0; i < size; i++) {
      cluster.join();
    }
    cluster.awaitBackups();
    return cluster;
  }

  /** Waits until every entry is where it belongs: right after a join backups are still made. */
  public void awaitBackups() {
    Awaitility.await().until(() -> hazelcast(0).getPartitionService().isClusterSafe());
  }

  /** One more node, which returns when it is in. */
  public HazelcastNode join() {
    return join(config(FreePorts.next(), 0, null));
  }

  /** One more node with a configuration of its own, made by {@link #config}. */
  public HazelcastNode join(ClusterConfig config) {
    HazelcastNode node =
        HazelcastNode.join(config, Vertx.builder(), new VertxOptions().setEventLoopPoolSize(1));
    members.add(node.address());
    nodes.add(node);
    return node;
  }

  /** What the next node needs to find those that are there. */
  public ClusterConfig config(int port, int busPort, ClusterConfig.ClusterTls tls) {
    List<String> known = new ArrayList<>(members);
    known.add("127.0.0.1:" + port);
    return new ClusterConfig(
        true,
        name,
        "127.0.0.1",
        port,
        busPort,
        new ClusterConfig.MemberDiscovery.Members(known),
        null,
        tls,
        null);
  }

  public String name() {
    return name;
  }

  public HazelcastNode node(int index) {
    return nodes.get(index);
  }

  /** Node {@code index} is gone without a word, as if killed. */
  public void crash(int index) {
    Vertx vertx = nodes.get(index).vertx();
    hazelcast(index).getLifecycleService().terminate();
    vertx.close().await();
  }

  /** Node {@code index} leaves in good order. */
  public void leave(int index) {
    nodes.get(index).vertx().close().await();
  }

  /** Splits node {@code index} from all others. They find each other again within 10 s. */
  public void isolate(int index) {
    for (int other = 0; other < nodes.size(); other++) {
      if (other != index && hazelcast(other).getLifecycleService().isRunning()) {
        suspect(index, other);
        suspect(other, index);
      }
    }
  }

  private void suspect(int who, int whom) {
    UUID suspected = hazelcast(whom).getCluster().getLocalMember().getUuid();
    HazelcastInstanceImpl suspecting = ((HazelcastInstanceProxy) hazelcast(who)).getOriginal();
    for (Member member : suspecting.getCluster().getMembers()) {
      if (member.getUuid().equals(suspected)) {
        suspecting.node.getClusterService().suspectMember(member, "isolated by a test", true);
      }
    }
  }

  /** Hazelcast of node {@code index}. */
  public HazelcastInstance hazelcast(int index) {
    VertxInternal vertx = (VertxInternal) nodes.get(index).vertx();
    return ((HazelcastClusterManager) vertx.clusterManager()).getHazelcastInstance();
  }

  @Override
  public void close() {
    Future.join(nodes.stream().map(node -> node.vertx().close()).toList()).await();
  }
}
