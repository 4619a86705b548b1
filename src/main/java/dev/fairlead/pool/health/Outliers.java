package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig.Outlier;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ejects backends for the failures of sessions: after {@code failures} in a row a backend gets no
 * sessions of this member for {@code ejection}, the next time for twice as long, then three times,
 * up to ten times; each {@code ejection} that passes without a failure takes one off again. At most
 * {@code maxEjected} of a pool's backends are ejected at a time, rounded down, but one in a pool of
 * two or more. On one thread. Without {@link #tick} no backend returns.
 *
 * <p>A backend that has recovered returns earlier. Where backends are probed, {@code rise} probes
 * in a row must pass, at the second ejection in a row twice as many and so on, because probes may
 * pass where sessions fail. Elsewhere single sessions try it, after a tenth of the time but at
 * least a second, after twice that and so on.
 */
public final class Outliers {
  private static final int MAX_TIMES = 10;

  /** Longer ones do not fit into nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /**
   * The first trial comes after this part of the ejection. Raising it finds out sooner that the
   * backend has recovered; lowering it risks fewer sessions at one that has not.
   */
  private static final int FIRST_TRIAL = 10;

  /** The shortest time to the first trial; what raising and lowering trades is the same. */
  private static final long MIN_TRIAL_NANOS = TimeUnit.SECONDS.toNanos(1);

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

    /** Start and end of the last one. */
    private long since;

    private long until;

    /** After the start. */
    private long nextTrial;

    /** Probes that have passed in a row since the start. */
    private int passes;
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

  /** A probe of {@code backend} that began after its ejection has passed or failed. */
  public void probed(Pool pool, Backend backend, boolean passed) {
    Ejection ejection = ejections.get(backend.toString());
    if (ejection != null && backend.isEjected()) {
      ejection.passes = passed ? ejection.passes + 1 : 0;
      if (ejection.passes >= ejection.times * pool.config().health().rise()) {
        takeBack(pool, backend, ejection);
      }
    }
  }

  /**
   * Takes back the backends whose time is over or whose trial was passed, and all of a pool that no
   * longer ejects, and opens others for their trial.
   */
  public void tick(List<Pool> pools) {
    long now = nanos.getAsLong();
    for (Pool pool : pools) {
      pool.backends().stream().filter(Backend::isEjected).forEach(each -> review(pool, each, now));
    }
    ejections.values().removeIf(ejection -> now - ejection.until > FORGOTTEN_NANOS);
  }

  /** Forgets the backends that are not among {@code there}, by {@link Backend#toString}. */
  public void retain(Set<String> there) {
    ejections.keySet().retainAll(there);
  }

  private void review(Pool pool, Backend backend, long now) {
    Ejection ejection = ejections.get(backend.toString());
    if (pool.config().outlier() == null
        || ejection == null
        || now - ejection.until >= 0
        || backend.hasPassedTrial()) {
      takeBack(pool, backend, ejection);
    } else if (!pool.config().health().isOn() && now - ejection.since >= ejection.nextTrial) {
      ejection.nextTrial *= 2;
      backend.openTrial();
    }
  }

  private void takeBack(Pool pool, Backend backend, @Nullable Ejection ejection) {
    if (ejection != null) {
      long now = nanos.getAsLong();
      ejection.until = now - ejection.until < 0 ? now : ejection.until;
    }
    backend.ejected(false);
    backend.worked();
    listener.returned(pool, backend);
  }

  private void eject(Pool pool, Backend backend, Duration once, int failures) {
    long now = nanos.getAsLong();
    Ejection ejection = ejections.computeIfAbsent(backend.toString(), any -> new Ejection());
    long calm = Math.max(0, (now - ejection.until) / once.toNanos());
    ejection.times = Math.min(MAX_TIMES, (int) Math.max(0, ejection.times - calm) + 1);
    Duration whole = once.multipliedBy(ejection.times);
    Duration time = whole.compareTo(LONGEST) < 0 ? whole : LONGEST;
    ejection.since = now;
    ejection.until = now + time.toNanos();
    ejection.nextTrial = Math.max(MIN_TRIAL_NANOS, time.toNanos() / FIRST_TRIAL);
    ejection.passes = 0;
    backend.ejected(true);
    listener.ejected(pool, backend, failures, time);
  }

  private static int most(Pool pool, Outlier outlier) {
    int backends = pool.backends().size() - pool.rejecting().size();
    return Math.max(backends * outlier.maxEjectedPercent() / 100, backends >= 2 ? 1 : 0);
  }
}
