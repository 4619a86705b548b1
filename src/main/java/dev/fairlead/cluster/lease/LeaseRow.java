package dev.fairlead.cluster.lease;

/**
 * What one member has of one limit.
 *
 * @param held so many are reserved for it
 * @param used so many of them were in use when this was written; may be old
 * @param wanted so many more than {@code used} it could have used then
 */
record LeaseRow(int held, int used, int wanted) {
  static final LeaseRow NONE = new LeaseRow(0, 0, 0);

  /** Whether it wants more than it holds. */
  boolean isUnmet() {
    return demand() > held;
  }

  /** What it uses and wants. */
  long demand() {
    return (long) used + wanted;
  }

  boolean isEmpty() {
    return held == 0 && used == 0 && wanted == 0;
  }
}
