package dev.fairlead.cluster.lease;

import java.util.Random;

/**
 * Clients of one limit at one member of {@link LeaseWorld}. They take what they are allowed at
 * once, also while the allowance is being lowered, as event loops do.
 */
final class SimLeased extends FakeLeased {
  private final boolean isRate;
  private final Random random;

  /** Clients that could be served now. */
  int demand;

  /** Clients come at any time. */
  boolean isBusy = true;

  /** Permits this member holds in the map by the last acknowledged write. */
  int acknowledged;

  SimLeased(String key, boolean isRate, int limit, Random random) {
    super(key, limit);
    this.isRate = isRate;
    this.random = random;
  }

  @Override
  public int wanted() {
    return Math.max(0, demand - inUse());
  }

  @Override
  public boolean isRate() {
    return isRate;
  }

  @Override
  public void allow(int count) {
    if (count > allowed() && count > acknowledged) {
      throw new AssertionError(
          key() + ": allowed " + count + ", the map has acknowledged " + acknowledged);
    }
    if (count < allowed() && isBusy && random.nextInt(4) == 0) {
      demand = Math.max(demand, inUse() + random.nextInt(allowed() - count + 1));
      take();
    }
    super.allow(count);
    take();
  }

  /** Permits out of the others' reach because of this member. */
  int load() {
    return limit() == 0 ? 0 : Math.max(allowed(), inUse());
  }

  void take() {
    int most = limit() == 0 ? demand : Math.min(allowed(), demand);
    if (!isRate && inUse() < most) {
      inUse(most);
    }
  }

  /** Ends some connections above the demand. */
  void release() {
    int above = inUse() - demand;
    if (above > 0) {
      inUse(inUse() - 1 - random.nextInt(above));
    }
  }

  @Override
  public String toString() {
    return "{demand %s, in use %s, allowed %s, acknowledged %s%s}"
        .formatted(demand, inUse(), allowed(), acknowledged, isExhausted() ? ", exhausted" : "");
  }
}
