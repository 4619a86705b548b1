package dev.fairlead.cluster.revision;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How the newest revision is looked for each second. By the pointer while a change may have been
 * missed: for some time after nodes came or went or parts of a split met, and while the newest is
 * not in force here or a member says that it has another one. Otherwise the whole is read every
 * {@link ConfigStore#WHOLE_EVERY} seconds, for a change that no member knows of. On the cluster's
 * context only.
 */
final class PollPace {
  /**
   * Above the time in which Hazelcast merges the maps of a split cluster and the rows of its
   * members are known; lowering it may find what a merge brought a few seconds late.
   */
  static final Duration UNREST = Duration.ofSeconds(30);

  private final LongSupplier nanos;
  private long restlessAt;
  private int restful;

  /** What to do this second. */
  enum Poll {
    NONE,
    BY_POINTER,
    WHOLE
  }

  /** With unrest, as after a start. */
  PollPace(LongSupplier nanos) {
    this.nanos = nanos;
    restless();
  }

  /** The nodes have changed. */
  void restless() {
    restlessAt = nanos.getAsLong();
  }

  /** {@code agreed}: the newest is in force here, and all members have the same number. */
  Poll next(boolean agreed) {
    if (!agreed || nanos.getAsLong() - restlessAt < UNREST.toNanos()) {
      restful = 0;
      return Poll.BY_POINTER;
    }
    restful++;
    return restful % ConfigStore.WHOLE_EVERY == 0 ? Poll.WHOLE : Poll.NONE;
  }
}
