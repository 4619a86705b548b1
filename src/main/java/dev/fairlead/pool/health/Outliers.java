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
 * Ejects backends for what sessions see of them: after so many failures in a row a backend is left
 * alone by this member for {@code ejection}, the next time twice as long, then three times, up to
 * ten times; each {@code ejection} that passes without takes one off again. At most {@code
 * maxEjected} of a pool's backends are ejected at a time, rounded down, but one where there are
 * two.
 *
 * <p>On one thread; whoever owns it calls {@link #tick}.
 */
public final class Outliers {
  private static final int LONGEST = 10;

  /** More would not fit into nanoseconds. */
  private static final Duration FOREVER = Duration.ofDays(36_500);

  /** Whoever was not ejected for so long begins anew. */
  private static final long FORGOTTEN_NANOS = TimeUnit.HOURS.toNanos(1);

  private final LongSupplier nanos;
  private final Listener listener;

  /** By {@link Backend#toString}, of those that are or were ejected. */
  private final Map<String, Ejection> ejections = new HashMap<>();

  /** Hears what happens; the status of the backend is set already. */
  public interface Listener {
    /**
     * @param failures in a row that it had
     */
    void ejected(Pool pool, Backend backend, int failures, Duration time);

    void returned(Pool pool, Backend backend);
  }

  private static final class Ejection {
    /** How many times {@code ejection} the last one took. */
    private int times;

    /** When the last one ends or has ended. */
    private long until;
  }

  /**
   * @param nanos the clock, as {@link System#nanoTime}
   */
  public Outliers(LongSupplier nanos, Listener listener) {
    this.nanos = nanos;
    this.listener = listener;
  }

  /** A session saw {@code backend} fail, which is counted there already. */
  public void failed(Pool pool, Backend backend) {
    Outlier outlier = pool.config().outlier();
    int failures = backend.failuresInRow();
    if (outlier != null
        && failures >= outlier.failures()
        && !backend.isEjected()
        && ejected(pool) < most(pool, outlier)) {
      eject(pool, backend, failures);
    }
  }

  /** Lets those return whose time is over, and those that are not to be ejected any more. */
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

  private void eject(Pool pool, Backend backend, int failures) {
    Duration once = pool.config().outlier().ejection();
    long now = nanos.getAsLong();
    Ejection ejection = ejections.computeIfAbsent(backend.toString(), any -> new Ejection());
    long calm = Math.max(0, (now - ejection.until) / once.toNanos());
    ejection.times = Math.min(LONGEST, (int) Math.max(0, ejection.times - calm) + 1);
    Duration time = shorter(once.multipliedBy(ejection.times), FOREVER);
    ejection.until = now + time.toNanos();
    backend.ejected(true);
    listener.ejected(pool, backend, failures, time);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static long ejected(Pool pool) {
    return pool.backends().stream().filter(Backend::isEjected).count();
  }

  private static int most(Pool pool, Outlier outlier) {
    int backends = pool.backends().size();
    return Math.max(backends * outlier.maxEjectedPercent() / 100, backends >= 2 ? 1 : 0);
  }
}
