package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one backend from {@link #start} to {@link #stop}, and says when it goes up or down. The
 * time from the start of a probe to the start of the next one is the pool's interval, give or take
 * a twentieth; a probe that takes longer delays the next one, so there are never two.
 *
 * <p>The constructor may run on any thread, and with TLS takes milliseconds; everything else is on
 * the event loop of the {@link ProbeLoop}, where the listener is told.
 */
public final class Prober {
  /** The first probe comes within this time, or within the interval when that is shorter. */
  static final Duration FIRST_WITHIN = Duration.ofMillis(500);

  /** The share of the interval by which probes come earlier or later. */
  static final double JITTER = 0.05;

  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

  private final ProbeLoop loop;
  private final PoolConfig pool;
  private final Listener listener;
  private final Check check;
  private Backend backend;
  private RiseFall riseFall;
  private boolean stopped;

  /** Of the next probe; null before the start. */
  private ScheduledFuture<?> timer;

  private long startedAt;

  /** Under way; null between two. */
  private Probe probe;

  /** Is told on the event loop, and may stop the prober. */
  public interface Listener {
    /** A probe has ended, of whatever outcome. */
    void probed(Backend backend, Outcome outcome);

    /**
     * The verdict is another now; told after {@link #probed}.
     *
     * @param reason of the last probe: {@code status 503}
     */
    void changed(Backend backend, Verdict verdict, String reason);
  }

  /**
   * @param pool the backend's, with health checks on
   */
  public Prober(ProbeLoop loop, Backend backend, PoolConfig pool, Listener listener) {
    this.loop = loop;
    this.pool = pool;
    this.listener = listener;
    this.check = Check.of(pool.health(), backend.config(), loop.tlsTasks());
    this.backend = backend;
    this.riseFall = riseFall(Verdict.UNKNOWN);
  }

  /**
   * Begins; once.
   *
   * @param initial what is known of the backend; when that is nothing, the first probe alone
   *     decides
   */
  public void start(Verdict initial) {
    riseFall = riseFall(initial);
    long within = Math.min(FIRST_WITHIN.toNanos(), intervalNanos());
    probeIn(loop.random().nextLong(within));
  }

  public Verdict verdict() {
    return riseFall.verdict();
  }

  /**
   * Goes on with the object that a reload made of the same backend; a probe under way still ends
   * with the listener hearing of the new one.
   */
  public void backend(Backend next) {
    backend = next;
  }

  /** Ends it; nothing is told afterwards. May be called twice, and before the start. */
  public void stop() {
    stopped = true;
    if (timer != null) {
      timer.cancel(false);
    }
    if (probe != null) {
      probe.cancel();
      probe = null;
    }
  }

  private void probe() {
    startedAt = loop.nanoTime().getAsLong();
    probe = new Probe(loop, check, Probe.Target.of(backend, pool), this::probed);
    probe.start();
  }

  private void probed(Outcome outcome) {
    LOG.debug("probe of {}: {} ({})", backend, outcome.kind(), outcome.reason());
    probe = null;
    probeIn(startedAt + jittered(intervalNanos()) - loop.nanoTime().getAsLong());
    boolean changed =
        outcome.kind() != Outcome.Kind.INCONCLUSIVE
            && riseFall.probed(outcome.kind() == Outcome.Kind.WELL);
    listener.probed(backend, outcome);
    if (changed && !stopped) {
      listener.changed(backend, riseFall.verdict(), outcome.reason());
    }
  }

  private void probeIn(long nanos) {
    if (!stopped) {
      timer = loop.eventLoop().schedule(this::probe, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }
  }

  private long jittered(long nanos) {
    return (long) (nanos * loop.random().nextDouble(1 - JITTER, 1 + JITTER));
  }

  private long intervalNanos() {
    return pool.health().interval().toNanos();
  }

  private RiseFall riseFall(Verdict initial) {
    return new RiseFall(initial, pool.health().rise(), pool.health().fall());
  }
}
