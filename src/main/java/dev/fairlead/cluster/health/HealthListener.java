package dev.fairlead.cluster.health;

import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import org.jspecify.annotations.Nullable;

/**
 * Runs this member's probers and receives the cluster's verdicts. Called on the cluster's context
 * only; must not block.
 *
 * <p>A backend is identified by its pool and id: after a change of configuration it is another
 * object.
 */
public interface HealthListener {
  /** Runs no prober, so that every backend stays healthy. */
  HealthListener NONE = new HealthListener() {};

  /**
   * Start a prober of {@code backend} with the cluster's verdict {@code initial}. Called once
   * before each {@link #stopProbing}; another way to probe is a stop, then a start. Pass {@code
   * assignment} to {@link HealthTable#verdict}.
   */
  default void probe(Backend backend, long assignment, @Nullable Boolean initial) {}

  default void stopProbing(Backend backend) {}

  /**
   * Ask the agent of {@code backend}, of whom {@code initial} is known. Called once before each
   * {@link #stopAsking}. Pass {@code assignment} to {@link HealthTable#told}.
   */
  default void ask(Backend backend, long assignment, AgentState initial) {}

  default void stopAsking(Backend backend) {}

  /** The cluster goes by this state from now on; by {@link AgentState#NONE} until then. */
  default void told(Backend backend, AgentState state) {}

  /**
   * The cluster's verdict has changed. A backend counts as healthy until this method reports
   * otherwise, and again when it is no longer probed: then {@code reason} is null and not logged,
   * and the backend may no longer be configured.
   */
  default void healthy(Backend backend, boolean healthy, @Nullable String reason) {}
}
