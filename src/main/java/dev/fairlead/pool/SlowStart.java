package dev.fairlead.pool;

import java.time.Duration;
import java.util.List;

/**
 * The weights of backends of which some are new or back: those grow from a twentieth to the whole,
 * in twenty equal steps. Weights 1,3, the first of them halfway through -> 10,60. Immutable.
 *
 * @param length zero = none grows
 * @param now as {@link System#nanoTime}
 */
record SlowStart(Duration length, long now) {
  /** Weights are multiplied by it while one of them grows. */
  static final int STEPS = 20;

  /** Whether any of {@code backends} has less than its whole weight. */
  boolean isOn(List<Backend> backends) {
    return backends.stream().anyMatch(backend -> step(backend) < STEPS);
  }

  /** The weight of each. */
  long[] weights(List<Backend> backends) {
    boolean on = isOn(backends);
    return backends.stream()
        .mapToLong(backend -> backend.config().weight() * (on ? (long) step(backend) : 1))
        .toArray();
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
