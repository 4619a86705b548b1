package dev.fairlead.pool;

import java.time.Duration;
import java.util.List;

/**
 * The weights of backends of which some are new or have returned: those grow from a twentieth to
 * the whole weight, in twenty equal steps. Weights 1,3, the first halfway through -> 10,60. Where
 * the agent of one of them has said a percentage, all are multiplied by theirs.
 *
 * @param length zero = off
 * @param now as {@link System#nanoTime}
 */
record SlowStart(Duration length, long now) {
  /** All weights are multiplied by it while one of them grows. */
  static final int STEPS = 20;

  private static final int WHOLE = 100;

  /** Whether a weight of {@code backends} is still growing. */
  boolean isOn(List<Backend> backends) {
    return backends.stream().anyMatch(backend -> step(backend) < STEPS);
  }

  long[] weights(List<Backend> backends) {
    boolean on = isOn(backends);
    boolean scaled =
        backends.stream().anyMatch(backend -> backend.agent().weightPercent() != WHOLE);
    return backends.stream()
        .mapToLong(
            backend ->
                backend.config().weight()
                    * (on ? (long) step(backend) : 1)
                    * (scaled ? backend.agent().weightPercent() : 1))
        .toArray();
  }

  /** The share of its weight that {@code backend} has now, from a twentieth to 1. */
  double share(Backend backend) {
    return (double) step(backend) / STEPS;
  }

  /** From 1 to {@link #STEPS}. */
  private int step(Backend backend) {
    Long since = backend.backSince();
    if (since == null || length.isZero() || now - since >= length.toNanos()) {
      return STEPS;
    }
    return 1 + (int) ((double) Math.max(0, now - since) / length.toNanos() * (STEPS - 1));
  }
}
