package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig.Outlier;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Ejects backends for the failures of sessions: after {@code failures} in a row a backend gets no
 * sessions of this member for {@code ejection}, the next time for twice as long, then three times,
 * up to ten times; each {@code ejection} that passes without a failure takes one off again. At most
 * {@code maxEjected} of a pool's backends are ejected at a time, rounded down, but one in a pool of
 * two or more. On one thread. Without {@link #tick} no backend returns.
 */
public final class Outliers {
  private static final int MAX_TIMES = 10;

  /** Longer ones do not fit into nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** After this time without an ejection, the next one takes {@code ejection} again. */
  private static final long FORGOTTEN_NANOS = TimeUnit.HOURS.toNanos(1);

  private final LongSupplier nanos;
  private final EjectionListener listener;

  /** By {@link Backend#toString}, of backends that are or were ejected. */
  private final Map<String, Ejection> ejections = new HashMap<>();

  /** Called when the status of the backend is set. */
  public interface EjectionListener {
    /** After {@code failures} in a row, for {@code time}. */
    void ejected(Pool pool, Backend backend, int failures, Duration time);

    void returned(Pool pool, Backend backend);
  }

  private static final class Ejection {
    /** The last ejection took {@code ejection} so many times. */
    private int times;

    /** The end of the last one. */
    private long until;
  }

  /** With the clock {@code nanos}, as {@link System#nanoTime}. */
  public Outliers(LongSupplier nanos, EjectionListener listener) {
    this.nanos = nanos;
    this.listener = listener;
  }

  /** A session has counted a failure at {@code backend}. */
  public void failed(Pool pool, Backend backend) {
    Outlier outlier = pool.config().outlier();
    int failures = backend.failuresInRow();
    if (outlier != null
        && failures >= outlier.failures()
        && !backend.isEjected()
        && pool.backends().stream().filter(Backend::isEjected).count() < most(pool, outlier)) {
      eject(pool, backend, outlier.ejection(), failures);
    }
  }

  /** Takes back the backends whose time is over, and all of a pool that no longer ejects. */
  public void tick(List<Pool> pools) {
    long now = nanos.getAsLong();
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        if (backend.isEjected() && isOver(pool, backend, now)) {
          backend.ejected(false);
          backend.worked();
          listener.returned(pool, backend);
        }
      }
    }
    ejections.values().removeIf(ejection -> now - ejection.until > FORGOTTEN_NANOS);
  }

  private boolean isOver(Pool pool, Backend backend, long now) {
    Ejection ejection = ejections.get(backend.toString());
    return pool.config().outlier() == null || ejection == null || now - ejection.until >= 0;
  }

  private void eject(Pool pool, Backend backend, Duration once, int failures) {
    long now = nanos.getAsLong();
    Ejection ejection = ejections.computeIfAbsent(backend.toString(), any -> new Ejection());
    long calm = Math.max(0, (now - ejection.until) / once.toNanos());
    ejection.times = Math.min(MAX_TIMES, (int) Math.max(0, ejection.times - calm) + 1);
    Duration whole = once.multipliedBy(ejection.times);
    Duration time = whole.compareTo(LONGEST) < 0 ? whole : LONGEST;
    ejection.until = now + time.toNanos();
    backend.ejected(true);
    listener.ejected(pool, backend, failures, time);
  }

  private static int most(Pool pool, Outlier outlier) {
    int backends = pool.backends().size();
    return Math.max(backends * outlier.maxEjectedPercent() / 100, backends >= 2 ? 1 : 0);
  }
}
