package dev.fairlead.member;

import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import java.util.function.Function;

/** Publishes what happens to backends to all members. Any thread. */
record ClusterReports(ClusterVerticle cluster) implements BackendHealth.BackendReports {
  @Override
  public void publish(Function<MemberId, SystemEvent> event) {
    cluster.publish(event);
  }

  @Override
  public void decided(Backend backend, long assignment, boolean up, String reason) {
    cluster.health().verdict(backend, assignment, up, reason);
  }

  @Override
  public void told(Backend backend, long assignment, AgentState state, boolean answers) {
    cluster.health().told(backend, assignment, state, answers);
  }
}
