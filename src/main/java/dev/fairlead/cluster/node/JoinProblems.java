package dev.fairlead.cluster.node;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.logging.LogEvent;
import com.hazelcast.logging.LogListener;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.MemberDiscovery;
import dev.fairlead.config.Problem;
import java.util.Objects;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why a cluster refuses this member: Hazelcast logs the reason only, and then fails with
 * no more than "Node failed to start!". Called on Hazelcast's threads, read by the one that starts.
 */
final class JoinProblems implements LogListener, LifecycleListener, HazelcastInstanceAware {
  /** What precedes the reason in the log lines of Hazelcast's join operations. */
  private static final String[] BEFORE_REASON = {
    "Reason of failure for node join: ", "A Configuration mismatch was detected: ",
  };

  private static final String AFTER_REASON = " Node is going to shutdown now!";

  private volatile @Nullable HazelcastInstance hazelcast;
  private volatile @Nullable String refusal;

  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    hazelcast = instance;
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    HazelcastInstance instance = Objects.requireNonNull(hazelcast);
    if (event.getState() == LifecycleState.STARTING) {
      instance.getLoggingService().addLogListener(Level.SEVERE, this);
    } else if (event.getState() == LifecycleState.STARTED) {
      instance.getLoggingService().removeLogListener(this);
    }
  }

  @Override
  public void log(LogEvent event) {
    String line = event.getLogRecord().getMessage();
    for (String before : BEFORE_REASON) {
      int at = line.indexOf(before);
      if (at >= 0) {
        refusal = line.substring(at + before.length()).replace(AFTER_REASON, "").strip();
      }
    }
  }

  @Nullable String refusal() {
    return refusal;
  }

  /** The failure in one line in terms of the configuration; outside: of Hazelcast's own start. */
  static ClusterException failure(
      ClusterConfig cluster, boolean outside, @Nullable String refusal, Throwable cause) {
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
    return new ClusterException("cluster", "can't start: " + Problem.reason(cause), cause);
  }

  private static String sought(ClusterConfig cluster) {
    return cluster.discovery() instanceof MemberDiscovery.Members list
        ? String.join(", ", list.members())
        : cluster.name();
  }

  private static String messages(Throwable cause) {
    StringBuilder all = new StringBuilder();
    for (@Nullable Throwable one = cause; one != null; one = one.getCause()) {
      all.append(one.getMessage()).append('\n');
    }
    return all.toString();
  }
}
