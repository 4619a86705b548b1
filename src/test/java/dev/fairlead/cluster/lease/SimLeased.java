package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import java.util.Random;

/**
 * Clients of one limit at one member of {@link LeaseWorld}. They take what they are allowed at
 * once, also while the allowance is being lowered, as event loops do.
 */
final class SimLeased implements Leased {
  private final String key;
  private final boolean isRate;
  private final Random random;
  private int limit;

  /** Clients that could be served now. */
  int demand;

  int inUse;
  int allowance;
  boolean isExhausted;

  /** Clients come at any time. */
  boolean isBusy = true;

  /** Permits this member holds in the map by the last acknowledged write. */
  int acknowledged;

  SimLeased(String key, boolean isRate, int limit, Random random) {
    this.key = key;
    this.isRate = isRate;
    this.limit = limit;
    this.random = random;
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public int inUse() {
    return inUse;
  }

  @Override
  public int wanted() {
    return Math.max(0, demand - inUse);
  }

  @Override
  public boolean isRate() {
    return isRate;
  }

  @Override
  public int allowed() {
    return allowance;
  }

  @Override
  public void allow(int count) {
    if (count > allowance && count > acknowledged) {
      throw new AssertionError(
          key + ": allowed " + count + ", the map has acknowledged " + acknowledged);
    }
    if (count < allowance && isBusy && random.nextInt(4) == 0) {
      demand = Math.max(demand, inUse + random.nextInt(allowance - count + 1));
      take();
    }
    allowance = count;
    take();
  }

  @Override
  public void exhausted(boolean exhausted) {
    isExhausted = exhausted;
  }

  /** Permits out of the others' reach because of this member. */
  int load() {
    return limit == 0 ? 0 : Math.max(allowance, inUse);
  }

  void limit(int next) {
    limit = next;
  }

  void take() {
    int most = limit == 0 ? demand : Math.min(allowance, demand);
    if (!isRate && inUse < most) {
      inUse = most;
    }
  }

  /** Ends some connections above the demand. */
  void release() {
    if (inUse > demand) {
      inUse -= 1 + random.nextInt(inUse - demand);
    }
  }

  @Override
  public String toString() {
    return "{demand %s, in use %s, allowed %s, acknowledged %s%s}"
        .formatted(demand, inUse, allowance, acknowledged, isExhausted ? ", exhausted" : "");
  }
}
