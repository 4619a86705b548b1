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
        public void probe(Backend backend, boolean on, Boolean current) {
          // Nobody asked for it.
        }

        @Override
        public void healthy(Backend backend, boolean healthy, String reason) {
          // Nobody asked for it.
        }
      };

  /**
   * From now on this member is to probe {@code backend}, or not to. Told once each time; a change
   * of how it is to be probed is off, then on.
   *
   * @param current the verdict that the prober begins with: what the cluster thinks; null = nobody
   *     has decided yet. Of no meaning when {@code on} is false
   */
  void probe(Backend backend, boolean on, Boolean current);

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
