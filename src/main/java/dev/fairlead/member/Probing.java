package dev.fairlead.member;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.health.Outcome;
import dev.fairlead.pool.health.ProbeLoop;
import dev.fairlead.pool.health.Prober;
import dev.fairlead.pool.health.Verdict;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The probers of this member: those that the cluster asks it for. On the context of {@link
 * BackendCare}.
 */
final class Probing implements Prober.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Probing.class);

  private final ProbeLoop loop;
  private final Worker worker;
  private final Verdicts verdicts;

  /** By {@link Backend#toString}; each ended when it is taken out. */
  private final Map<String, Probed> probed = new HashMap<>();

  /** Makes probers where milliseconds do not matter; they come back on the context. */
  interface Worker {
    Future<Prober> run(Callable<Prober> make);
  }

  /** Is told what the probers of this member find. */
  interface Verdicts {
    /**
     * @param assignment as the prober was begun with
     * @param reason of the last probe
     */
    void decided(Backend backend, long assignment, boolean up, String reason);
  }

  /** One backend that is probed, or is about to be. */
  private static final class Probed {
    private final PoolConfig pool;
    private final long assignment;
    private Backend backend;

    /** Null while a worker makes it. */
    private Prober prober;

    private Probed(PoolConfig pool, long assignment, Backend backend) {
      this.pool = pool;
      this.assignment = assignment;
      this.backend = backend;
    }

    private void follow(Backend next) {
      backend = next;
      if (prober != null) {
        prober.backend(next);
      }
    }

    private void end() {
      if (prober != null) {
        prober.stop();
      }
    }
  }

  Probing(ProbeLoop loop, Worker worker, Verdicts verdicts) {
    this.loop = loop;
    this.worker = worker;
    this.verdicts = verdicts;
  }

  /**
   * Probes {@code backend} from now on.
   *
   * @param assignment is passed on with each of its verdicts
   * @param current what the cluster thinks of it, null = nothing yet
   */
  void begin(Backend backend, PoolConfig pool, long assignment, Boolean current) {
    end(backend);
    begin(
        new Probed(pool, assignment, backend),
        current == null ? Verdict.UNKNOWN : current ? Verdict.UP : Verdict.DOWN);
  }

  private void begin(Probed one, Verdict initial) {
    Backend backend = one.backend;
    probed.put(backend.toString(), one);
    worker
        .run(() -> new Prober(loop, backend, one.pool, this))
        .onSuccess(
            prober -> {
              // It may have been ended meanwhile, or begun anew.
              if (probed.get(backend.toString()) == one) {
                one.prober = prober;
                prober.backend(one.backend);
                prober.start(initial);
              }
            })
        .onFailure(cause -> LOG.error("backend {} can't be probed", backend, cause));
  }

  /** Probes it no more. Idempotent. */
  void end(Backend backend) {
    Probed one = probed.remove(backend.toString());
    if (one != null) {
      one.end();
    }
  }

  /**
   * Goes on with the objects of {@code pools}, and from the addresses they name. Another way to
   * probe is the cluster's to say.
   */
  void follow(List<Pool> pools) {
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        Probed one = probed.get(backend.toString());
        if (one != null) {
          follow(one, pool.config(), backend);
        }
      }
    }
  }

  private void follow(Probed one, PoolConfig pool, Backend backend) {
    boolean fromElsewhere = !pool.connect().source().equals(one.pool.connect().source());
    if (fromElsewhere && one.prober != null && pool.health().equals(one.pool.health())) {
      one.end();
      begin(new Probed(pool, one.assignment, backend), one.prober.verdict());
    } else {
      one.follow(backend);
    }
  }

  void stop() {
    probed.values().forEach(Probed::end);
    probed.clear();
  }

  @Override
  public void probed(Backend backend, Outcome outcome) {
    // Only a change of the verdict is of interest.
  }

  @Override
  public void changed(Backend backend, Verdict verdict, String reason) {
    Probed one = probed.get(backend.toString());
    if (one != null) {
      verdicts.decided(backend, one.assignment, verdict == Verdict.UP, reason);
    }
  }
}
