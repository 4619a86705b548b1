package dev.fairlead.cluster.health;

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
   * Start a prober of {@code backend}, as its pool's configuration says. Called once before each
   * {@link #stopProbing}; another way to probe is a stop, then a start.
   *
   * @param assignment to be passed to {@link HealthTable#verdict} with each verdict of this prober
   * @param initial the verdict to start with, the cluster's; null = none yet
   */
  default void probe(Backend backend, long assignment, @Nullable Boolean initial) {}

  /** Stop the prober of {@code backend}. */
  default void stopProbing(Backend backend) {}

  /**
   * The cluster's verdict has changed. A backend counts as healthy until this method reports
   * otherwise, and again when it is no longer probed; then this is called even if the backend is no
   * longer configured.
   *
   * @param reason for the log, with the names of the members that agree; null = the backend is no
   *     longer probed, which is not logged
   */
  default void healthy(Backend backend, boolean healthy, @Nullable String reason) {}
}
