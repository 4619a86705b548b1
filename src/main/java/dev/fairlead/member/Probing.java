package dev.fairlead.member;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.health.Outcome;
import dev.fairlead.pool.health.ProbeLoop;
import dev.fairlead.pool.health.Prober;
import dev.fairlead.pool.health.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The probers of this member: those that the cluster asks it for. On the context of {@link
 * BackendCare}.
 */
final class Probing implements Prober.Listener {
  private final ProbeLoop loop;
  private final Verdicts verdicts;

  /** By {@link Backend#toString}; each stopped when it is taken out. */
  private final Map<String, Prober> probers = new HashMap<>();

  /** Is told what the probers of this member find. */
  interface Verdicts {
    /**
     * @param reason of the last probe
     */
    void decided(Backend backend, boolean up, String reason);
  }

  Probing(ProbeLoop loop, Verdicts verdicts) {
    this.loop = loop;
    this.verdicts = verdicts;
  }

  /**
   * Probes {@code backend} from now on.
   *
   * @param current what the cluster thinks of it, null = nothing yet
   */
  void begin(Backend backend, PoolConfig pool, Boolean current) {
    end(backend);
    Verdict initial = current == null ? Verdict.UNKNOWN : current ? Verdict.UP : Verdict.DOWN;
    Prober prober = new Prober(loop, backend, pool, this);
    probers.put(backend.toString(), prober);
    prober.start(initial);
  }

  /** Probes it no more. Idempotent. */
  void end(Backend backend) {
    Prober prober = probers.remove(backend.toString());
    if (prober != null) {
      prober.stop();
    }
  }

  /** Goes on with the objects of {@code pools}. */
  void follow(List<Pool> pools) {
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        Prober prober = probers.get(backend.toString());
        if (prober != null) {
          prober.backend(backend);
        }
      }
    }
  }

  void stop() {
    probers.values().forEach(Prober::stop);
    probers.clear();
  }

  @Override
  public void probed(Backend backend, Outcome outcome) {
    // Only a change of the verdict is of interest.
  }

  @Override
  public void changed(Backend backend, Verdict verdict, String reason) {
    verdicts.decided(backend, verdict == Verdict.UP, reason);
  }
}
