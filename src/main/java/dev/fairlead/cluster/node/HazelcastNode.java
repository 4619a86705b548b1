package dev.fairlead.cluster.node;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.core.LifecycleService;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.MemberDiscovery;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that is in a cluster of Hazelcast, embedded, and of Vert.x over it. It leaves the
 * cluster when its {@link #vertx} is closed. Any thread.
 */
public final class HazelcastNode implements ClusterNode {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastNode.class);

  /**
   * A change that {@link MemberSignal} does not show; lowering it wakes idle members more often.
   */
  private static final long LOOK_EVERY_MILLIS = 1000;

  private final Vertx vertx;
  private final String id;
  private final String address;
  private final HazelcastClusterManager nodes;
  private final HazelcastInstance hazelcast;
  private final MemberSignal signal;
  private final RemovalReasons reasons = new RemovalReasons(System::nanoTime);

  private HazelcastNode(Vertx vertx, HazelcastClusterManager nodes, MemberSignal signal) {
    this.vertx = vertx;
    this.signal = signal;
    this.id = nodes.getNodeId();
    this.nodes = nodes;
    this.hazelcast = nodes.getHazelcastInstance();
    Address own = hazelcast.getCluster().getLocalMember().getAddress();
    this.address = RemovalReasons.show(own.getHost(), own.getPort());
    hazelcast.getLoggingService().addLogListener(Level.WARNING, reasons);
    UnusedTimers.stop(hazelcast);
  }

  /**
   * Starts Hazelcast and Vert.x, and joins. Blocks until this process is a node, 30 seconds at most
   * when a member refuses it; not for event loops.
   *
   * @param builder with transport and metrics; gets its options and cluster manager here
   * @param options whose event bus is set here, in a copy
   * @throws ClusterException when it can't; nothing is left behind then
   */
  public static HazelcastNode join(
      ClusterConfig cluster, VertxBuilder builder, VertxOptions options) {
    SteadyClock.install();
    InetAddress bind = bindAddress(cluster);
    if (cluster.discovery() instanceof MemberDiscovery.Members list) {
      warnOfUnknown(list.members());
    }
    VertxOptions withBus =
        new VertxOptions(options).setEventBusOptions(BusSettings.of(cluster, bind));
    JoinProblems problems = new JoinProblems();
    Config config = HazelcastSettings.of(cluster, bind);
    config.addListenerConfig(new ListenerConfig(problems));
    MemberSignal signal = MemberSignal.of(config);
    HazelcastClusterManager manager = new MergingClusterManager(config);
    try {
      Vertx vertx = builder.with(withBus).withClusterManager(manager).buildClustered().await();
      return joined(vertx, manager, signal);
    } catch (Exception e) {
      // await() throws what failed as it is, checked or not.
      throw JoinProblems.failure(
          cluster, manager.getHazelcastInstance() == null, problems.refusal(), e);
    }
  }

  private static HazelcastNode joined(
      Vertx vertx, HazelcastClusterManager manager, MemberSignal signal) {
    try {
      return new HazelcastNode(vertx, manager, signal);
    } catch (RuntimeException | Error e) {
      vertx.close().await();
      throw e;
    }
  }

  /** Not a reason to refuse the start: an unknown name may be of a member that is not up yet. */
  private static void warnOfUnknown(List<String> members) {
    for (String member : members) {
      HostAndPort parsed = HostAndPort.parseAuthority(member, -1);
      if (parsed != null && !isKnown(parsed.host())) {
        LOG.warn("cluster.discovery.members: the host {} is unknown", parsed.host());
      }
    }
  }

  private static boolean isKnown(String host) {
    try {
      return InetAddress.getAllByName(host).length > 0;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Null for all addresses of this machine. */
  private static @Nullable InetAddress bindAddress(ClusterConfig cluster) {
    if (cluster.host() == null) {
      return null;
    }
    try {
      InetAddress address = InetAddress.getByName(cluster.host());
      if (!address.isAnyLocalAddress()) {
        return address;
      }
    } catch (UnknownHostException e) {
      throw ClusterException.expected(
          "cluster.host", cluster.host(), "an address of this machine", e);
    }
    if (cluster.publicAddress() == null) {
      throw ClusterException.expected(
          "cluster.host", cluster.host(), "an address that the others can reach", null);
    }
    return null;
  }

  @Override
  public Vertx vertx() {
    return vertx;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public List<String> nodes() {
    try {
      return List.copyOf(nodes.getNodes());
    } catch (HazelcastInstanceNotActiveException e) {
      // It has left, or is leaving, and its other parts are about to stop too.
      return List.of(id);
    }
  }

  @Override
  public String whyLeft(String id, @Nullable String memberAddress) {
    if (!nodes.isActive()) {
      return "this member has left the cluster";
    }
    Optional<String> reason = nodes().contains(id) ? Optional.empty() : reasons.of(memberAddress);
    return reason.orElseGet(() -> ClusterNode.super.whyLeft(id, memberAddress));
  }

  @Override
  public void listen(NodeChanges listener) {
    NodeWatch watch = new NodeWatch(listener);
    hazelcast.getLifecycleService().addLifecycleListener(watch);
    signal.listen(() -> watch.look(false), () -> watch.look(true));
    vertx.setPeriodic(LOOK_EVERY_MILLIS, timer -> watch.look(false));
  }

  /**
   * Never lets a merge wait for its own lock. The original does, under the lock of Hazelcast's
   * lifecycle: while it cleans up after a node that left, which may need a partition that no node
   * takes over before the merge, the parts were one cluster only after 2 minutes of repetitions;
   * and if it leaves meanwhile, each of the two locks waits for the other for ever.
   */
  private static final class MergingClusterManager extends HazelcastClusterManager {
    private MergingClusterManager(Config config) {
      super(config);
    }

    /** The original does nothing in other states, and after it has left. */
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // To wait for the lock is the fault.
    @Override
    public void stateChanged(LifecycleEvent event) {
      if (event.getState() == LifecycleState.MERGED) {
        Thread thread = new Thread(() -> super.stateChanged(event), "fairlead-merged");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  /**
   * Reports nodes that joined and left by comparing, at each signal and every second, the nodes of
   * the cluster with those of the last comparison. So no change is reported twice or missed, not
   * even around a merge.
   *
   * <p>It does not wait for an event, because the threads that deliver it may be blocked for 3 s:
   * on the same threads the cluster manager cleans up after a dead member, and queries partitions
   * that still seem to be on it, 10 times at intervals of 300 ms. {@link MemberSignal} comes on a
   * thread of Hazelcast that does nothing of the kind.
   */
  private final class NodeWatch implements LifecycleListener {
    private final NodeChanges listener;
    private final LifecycleService lifecycle = hazelcast.getLifecycleService();
    private Set<String> known = Set.copyOf(nodes());
    private boolean isLost;

    private NodeWatch(NodeChanges listener) {
      this.listener = listener;
    }

    @Override
    public synchronized void stateChanged(LifecycleEvent event) {
      if (event.getState() == LifecycleState.MERGED) {
        look(false);
        tell(listener::merged);
      } else if (event.getState() == LifecycleState.SHUTDOWN) {
        look(false);
      }
    }

    /**
     * A node that left by itself is not active any more. Without an event Hazelcast stops when it
     * can't accept a connection, for want of a descriptor too.
     *
     * @param stopping Hazelcast stops: it is running still and will not be any more
     */
    private synchronized void look(boolean stopping) {
      if (isLost) {
        return;
      }
      isLost = (stopping || !lifecycle.isRunning()) && nodes.isActive();
      compare(isLost ? Set.of(id) : Set.copyOf(nodes()));
      if (isLost) {
        tell(listener::lost);
      }
    }

    private void compare(Set<String> now) {
      Set<String> gone = new HashSet<>(known);
      gone.removeAll(now);
      Set<String> come = new HashSet<>(now);
      come.removeAll(known);
      known = now;
      gone.forEach(node -> tell(() -> listener.left(node)));
      come.forEach(node -> tell(() -> listener.joined(node)));
    }

    /** This change is reported once, so what throws must not hide the next one. */
    private void tell(Runnable change) {
      try {
        change.run();
      } catch (RuntimeException bug) {
        LOG.error("the listener of nodes failed", bug);
      }
    }
  }
}
