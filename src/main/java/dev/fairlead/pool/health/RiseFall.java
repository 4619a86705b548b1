package dev.fairlead.pool.health;

/**
 * Turns single probes into a verdict, with hysteresis: from UNKNOWN the first probe alone decides;
 * afterwards {@code fall} failures in a row lead to DOWN and {@code rise} successes in a row to UP.
 * With rise 2, fall 3, from UNKNOWN ({@code +} passed, {@code -} failed):
 *
 * <pre>
 * +   -   -   +   -   -   -   +   -   +   +
 * UP  UP  UP  UP  UP  UP  DN  DN  DN  DN  UP
 * </pre>
 *
 * One for a backend; on one thread.
 */
final class RiseFall {
  /** What the probes of one prober have found of a backend. */
  enum ProbeVerdict {
    /** No probe has been conclusive yet. */
    UNKNOWN,
    UP,
    DOWN
  }

  private final int rise;
  private final int fall;
  private ProbeVerdict verdict;

  /** Probes in a row that contradict the verdict, fewer than would change it. */
  private int contradictions;

  RiseFall(ProbeVerdict initial, int rise, int fall) {
    this.verdict = initial;
    this.rise = rise;
    this.fall = fall;
  }

  ProbeVerdict verdict() {
    return verdict;
  }

  /** Whether the last probe contradicts the verdict, but not often enough in a row. */
  boolean isContradicted() {
    return contradictions > 0;
  }

  /** Takes the result of a conclusive probe; returns whether the verdict has changed. */
  boolean probed(boolean passed) {
    ProbeVerdict next = passed ? ProbeVerdict.UP : ProbeVerdict.DOWN;
    if (next == verdict) {
      contradictions = 0;
      return false;
    }
    contradictions++;
    int needed =
        switch (verdict) {
          case UNKNOWN -> 1;
          case UP -> fall;
          case DOWN -> rise;
        };
    if (contradictions < needed) {
      return false;
    }
    contradictions = 0;
    verdict = next;
    return true;
  }
}
