package dev.fairlead.cluster.health;

import dev.fairlead.pool.Backend;

/**
 * Probes what it is told to, and is told what the cluster makes of all probes. Called on the
 * cluster's context only; must not block.
 *
 * <p>A backend is known by its pool and id: after a change of configuration it is another object.
 */
public interface HealthListener {
  /** Probes nothing, so that every backend stays healthy. */
  HealthListener NONE =
      new HealthListener() {
        @Override
        public void probe(Backend backend, long assignment, Boolean current) {}

        @Override
        public void stopProbing(Backend backend) {}

        @Override
        public void healthy(Backend backend, boolean healthy, String reason) {}
      };

  /**
   * This member is to probe {@code backend} from now on. Another kind of check is a stop and a new
   * assignment.
   *
   * @param assignment identifies this one; verdicts must carry it back, else a late verdict of a
   *     prober that was stopped would be taken for that of its successor
   * @param current the verdict that the prober begins with, null if there is none yet
   */
  void probe(Backend backend, long assignment, Boolean current);

  /** This member is not to probe {@code backend} any more. */
  void stopProbing(Backend backend);

  /**
   * The verdict of the cluster is another one. A backend counts as healthy until this says that it
   * is not, and once more when it is probed no longer: then this is told as well, even if the
   * backend is configured no more.
   *
   * @param reason why, and which members say so; for the log. Null = it is not probed any more,
   *     which nobody has found out and is no news
   */
  void healthy(Backend backend, boolean healthy, String reason);
}
