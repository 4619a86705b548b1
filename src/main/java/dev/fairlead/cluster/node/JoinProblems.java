package dev.fairlead.cluster.node;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.logging.LogEvent;
import com.hazelcast.logging.LogListener;
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

  /** Why the cluster refused this member, one line. */
  @Nullable String refusal() {
    return refusal;
  }
}
