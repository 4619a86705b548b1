package dev.fairlead.cluster.node;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.logging.LogEvent;
import com.hazelcast.logging.LogListener;
import java.util.logging.Level;

/**
 * Hears why a cluster refuses this member: Hazelcast says that in its log only, and then fails with
 * no more than "Node failed to start!". Fed by Hazelcast's threads, asked by the one that starts.
 */
final class JoinProblems implements LogListener, LifecycleListener, HazelcastInstanceAware {
  /** With what the reason begins, in the versions and cases of Hazelcast's operations that tell. */
  private static final String[] BEFORE_REASON = {
    "Reason of failure for node join: ", "A Configuration mismatch was detected: ",
  };

  private static final String AFTER_REASON = " Node is going to shutdown now!";

  private volatile HazelcastInstance hazelcast;
  private volatile String refusal;

  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    hazelcast = instance;
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    if (event.getState() == LifecycleState.STARTING) {
      hazelcast.getLoggingService().addLogListener(Level.SEVERE, this);
    } else if (event.getState() == LifecycleState.STARTED) {
      hazelcast.getLoggingService().removeLogListener(this);
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

  /** Why this member was refused, one line; null = it was not. */
  String refusal() {
    return refusal;
  }
}
