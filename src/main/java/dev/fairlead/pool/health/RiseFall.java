package dev.fairlead.pool.health;

/**
 * Turns single probes into a verdict: the first alone decides when nothing is known; afterwards
 * {@code fall} failures in a row lead to {@link Verdict#DOWN} and {@code rise} successes in a row
 * to {@link Verdict#UP}. With rise 2, fall 3, from UNKNOWN ({@code +} well, {@code -} failed):
 *
 * <pre>
 * +   -   -   +   -   -   -   +   -   +   +
 * UP  UP  UP  UP  UP  UP  DN  DN  DN  DN  UP
 * </pre>
 *
 * One for a backend; on one thread.
 */
final class RiseFall {
  private final int rise;
  private final int fall;
  private Verdict verdict;

  /** Probes in a row that contradict the verdict; below the number that would change it. */
  private int contradictions;

  /**
   * @param initial what was known before
   */
  RiseFall(Verdict initial, int rise, int fall) {
    this.verdict = initial;
    this.rise = rise;
    this.fall = fall;
  }

  Verdict verdict() {
    return verdict;
  }

  /**
   * A probe has told something.
   *
   * @return whether the verdict is another now
   */
  boolean probed(boolean well) {
    Verdict said = well ? Verdict.UP : Verdict.DOWN;
    if (said == verdict) {
      contradictions = 0;
      return false;
    }
    contradictions++;
    if (contradictions < needed()) {
      return false;
    }
    contradictions = 0;
    verdict = said;
    return true;
  }

  private int needed() {
    return switch (verdict) {
      case UNKNOWN -> 1;
      case UP -> fall;
      case DOWN -> rise;
    };
  }
}
