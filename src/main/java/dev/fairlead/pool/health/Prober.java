package dev.fairlead.pool.health;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.LastCheck;
import dev.fairlead.pool.health.RiseFall.ProbeVerdict;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one backend from {@link #start} to {@link #stop}, and reports changes of its verdict. The
 * time from the start of a probe to the start of the next one is one of the pool's intervals, give
 * or take a twentieth; a probe that takes longer delays the next one, so there are never two.
 *
 * <p>The constructor may run on any thread, and with TLS takes milliseconds; everything else is on
 * the event loop of the {@link ProbeLoop}, the listener included. A prober that is not stopped
 * probes for ever.
 */
final class Prober {
  /** The first probe starts within this time, or within a shorter interval. */
  static final Duration FIRST_WITHIN = Duration.ofMillis(500);

  /** The part of the interval by which probes start earlier or later. */
  static final double JITTER = 0.05;

  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

  private final ProbeLoop loop;
  private final PoolConfig pool;
  private final ProbeListener listener;
  private final Check check;
  private Backend backend;
  private RiseFall riseFall;
  private boolean stopped;

  /** Of the next probe; null before the start. */
  private @Nullable ScheduledFuture<?> timer;

  private long startedAt;

  /** Under way; null between two. */
  private @Nullable Probe probe;

  /** Called on the event loop; may stop the prober. */
  interface ProbeListener {
    /** A probe has ended, with any result. */
    default void probed(Backend backend, CheckResult result) {}

    /** Called after {@link #probed}, with the reason of that probe: {@code status 503}. */
    void changed(Backend backend, ProbeVerdict verdict, String reason);
  }

  Prober(ProbeLoop loop, Backend backend, PoolConfig pool, ProbeListener listener) {
    this.loop = loop;
    this.pool = pool;
    this.listener = listener;
    this.check =
        Check.of(pool.health(), backend.config(), loop.tlsTasks(), loop.tls().apply(pool.name()));
    this.backend = backend;
    this.riseFall = riseFall(ProbeVerdict.UNKNOWN);
  }

  /** Begins, once, from {@code initial}; from UNKNOWN the first probe alone decides. */
  void start(ProbeVerdict initial) {
    riseFall = riseFall(initial);
    probeIn(loop.random().nextLong(Math.min(FIRST_WITHIN.toNanos(), intervalNanos())));
  }

  ProbeVerdict verdict() {
    return riseFall.verdict();
  }

  /** Replaces the backend by the object that a reload made of it; applies to a probe under way. */
  void backend(Backend next) {
    backend = next;
  }

  /** Ends it; the listener is not called afterwards. May be called twice, and before the start. */
  void stop() {
    stopped = true;
    backend.checked(null);
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
    probe = new Probe(loop, check, Probe.ProbeTarget.of(backend, pool), this::probed);
    probe.start();
  }

  private void probed(CheckResult result) {
    LOG.debug("probe of {}: {} ({})", backend, result.conclusion(), result.reason());
    probe = null;
    boolean changed =
        result.conclusion() != CheckResult.Conclusion.INCONCLUSIVE
            && riseFall.probed(result.conclusion() == CheckResult.Conclusion.PASSED);
    double jitter = loop.random().nextDouble(1 - JITTER, 1 + JITTER);
    probeIn(startedAt + (long) (nextNanos() * jitter) - loop.nanoTime().getAsLong());
    note(result);
    listener.probed(backend, result);
    if (changed && !stopped) {
      listener.changed(backend, riseFall.verdict(), result.reason());
    }
  }

  private void note(CheckResult result) {
    if (result.conclusion() != CheckResult.Conclusion.INCONCLUSIVE) {
      boolean passed = result.conclusion() == CheckResult.Conclusion.PASSED;
      Duration took = Duration.ofNanos(loop.nanoTime().getAsLong() - startedAt);
      backend.checked(new LastCheck(Instant.now(), passed, result.reason(), took));
    }
  }

  private void probeIn(long nanos) {
    if (!stopped) {
      timer = loop.eventLoop().schedule(this::probe, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }
  }

  /** Until the next probe: by what those so far have found. */
  private long nextNanos() {
    HealthConfig health = pool.health();
    boolean isDown = riseFall.verdict() == ProbeVerdict.DOWN;
    Duration special =
        riseFall.isContradicted() && health.fastInterval() != null
            ? health.fastInterval()
            : isDown ? health.downInterval() : null;
    return (special == null ? health.interval() : special).toNanos();
  }

  private long intervalNanos() {
    return pool.health().interval().toNanos();
  }

  private RiseFall riseFall(ProbeVerdict initial) {
    return new RiseFall(initial, pool.health().rise(), pool.health().fall());
  }
}
