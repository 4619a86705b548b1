package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.health.RiseFall.ProbeVerdict;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The probers of this member: one for each backend that the cluster has assigned to it. On the
 * event loop of its {@link ProbeLoop}.
 */
public final class Probers {
  private static final Logger LOG = LoggerFactory.getLogger(Probers.class);

  private final ProbeLoop loop;
  private final Worker worker;
  private final VerdictListener listener;

  /** By {@link Backend#toString}; each must be stopped when it is removed. */
  private final Map<String, Assigned> assigned = new HashMap<>();

  /** Makes probers, which takes milliseconds; the futures complete on the event loop. */
  public interface Worker {
    <T> Future<T> run(Callable<T> task);
  }

  /** Called on the event loop. */
  public interface VerdictListener {
    /** A probe has passed or failed. */
    default void probed(Backend backend, boolean passed) {}

    /**
     * The verdict has changed; {@code assignment} as given to {@link #begin}, the reason is the
     * last probe's.
     */
    void decided(Backend backend, long assignment, boolean up, String reason);
  }

  public Probers(ProbeLoop loop, Worker worker, VerdictListener listener) {
    this.loop = loop;
    this.worker = worker;
    this.listener = listener;
  }

  /**
   * Probes {@code backend} from now on, in place of its last assignment.
   *
   * @param assignment identifies this one, so that a late verdict of another is recognised
   * @param up the verdict of the cluster, null if there is none yet
   */
  public void begin(Backend backend, PoolConfig pool, long assignment, @Nullable Boolean up) {
    end(backend);
    Assigned one = new Assigned(backend, pool, assignment);
    assigned.put(backend.toString(), one);
    one.probe(up == null ? ProbeVerdict.UNKNOWN : up ? ProbeVerdict.UP : ProbeVerdict.DOWN);
  }

  /** Ends the assignment of {@code backend}, if there is one. */
  public void end(Backend backend) {
    Assigned one = assigned.remove(backend.toString());
    if (one != null) {
      one.stop();
    }
  }

  /**
   * Replaces backends by the objects of {@code pools}, and probes from the source addresses, with
   * the PROXY header and with the TLS that those configure. Another kind of check is a new
   * assignment.
   */
  public void follow(List<Pool> pools) {
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        Assigned one = assigned.get(backend.toString());
        if (one != null) {
          one.follow(backend, pool.config());
        }
      }
    }
  }

  /** Ends all assignments. */
  public void stop() {
    assigned.values().forEach(Assigned::stop);
    assigned.clear();
  }

  /** The assignment of one backend. */
  private final class Assigned implements Prober.ProbeListener {
    private final long assignment;
    private Backend backend;
    private PoolConfig pool;

    /** The verdict with which {@link #prober} began or begins. */
    private ProbeVerdict initial = ProbeVerdict.UNKNOWN;

    /** Null while a worker makes it. */
    private @Nullable Prober prober;

    /** How many probers were ordered from the worker. */
    private int ordered;

    Assigned(Backend backend, PoolConfig pool, long assignment) {
      this.backend = backend;
      this.pool = pool;
      this.assignment = assignment;
    }

    private void probe(ProbeVerdict from) {
      initial = from;
      Backend target = backend;
      PoolConfig by = pool;
      int number = ++ordered;
      worker
          .run(() -> new Prober(loop, target, by, this))
          .onSuccess(made -> start(made, number))
          .onFailure(cause -> retry(cause, number));
    }

    private void retry(Throwable cause, int number) {
      LOG.error("backend {} can't be probed", backend, cause);
      loop.eventLoop()
          .schedule(
              () -> {
                if (isCurrent(number)) {
                  probe(initial);
                }
              },
              pool.health().interval().toNanos(),
              TimeUnit.NANOSECONDS);
    }

    /** False = the assignment has ended, or another prober was ordered. */
    private boolean isCurrent(int number) {
      return assigned.get(backend.toString()) == this && number == ordered;
    }

    private void start(Prober made, int number) {
      if (isCurrent(number)) {
        prober = made;
        made.backend(backend);
        made.start(initial);
      }
    }

    private void follow(Backend next, PoolConfig nextPool) {
      backend = next;
      boolean sameWay =
          nextPool.connect().source().equals(pool.connect().source())
              && Objects.equals(nextPool.proxyProtocol(), pool.proxyProtocol())
              && Objects.equals(nextPool.tls(), pool.tls());
      if (!sameWay && nextPool.health().equals(pool.health())) {
        ProbeVerdict last = prober == null ? initial : prober.verdict();
        stop();
        pool = nextPool;
        probe(last);
      } else if (prober != null) {
        prober.backend(next);
      }
    }

    private void stop() {
      if (prober != null) {
        prober.stop();
        prober = null;
      }
    }

    @Override
    public void probed(Backend probed, CheckResult result) {
      if (result.conclusion() != CheckResult.Conclusion.INCONCLUSIVE) {
        listener.probed(probed, result.conclusion() == CheckResult.Conclusion.PASSED);
      }
    }

    @Override
    public void changed(Backend probed, ProbeVerdict verdict, String reason) {
      listener.decided(probed, assignment, verdict == ProbeVerdict.UP, reason);
    }
  }
}
