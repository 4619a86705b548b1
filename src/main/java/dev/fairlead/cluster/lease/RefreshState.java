package dev.fairlead.cluster.lease;

/** When one key is looked at: one look at a time. On the cluster's context only. */
final class RefreshState {
  private boolean isBusy;
  private boolean isWantedAgain;
  private boolean isScheduled;
  private boolean hasLooked;
  private long lookedAt;

  boolean isBusy() {
    return isBusy;
  }

  void begin(long now) {
    isBusy = true;
    isWantedAgain = false;
    hasLooked = true;
    lookedAt = now;
  }

  /** The look is over; returns whether another was asked for meanwhile. */
  boolean end() {
    isBusy = false;
    return isWantedAgain;
  }

  /** After the look that is under way. */
  void again() {
    isWantedAgain = true;
  }

  /** So long to wait until there may be another look, 0 = it may be now. */
  long nanosToWait(long now, long interval) {
    return hasLooked ? Math.max(0, lookedAt + interval - now) : 0;
  }

  /** Returns false when one is scheduled already. */
  boolean schedule() {
    boolean isFirst = !isScheduled;
    isScheduled = true;
    return isFirst;
  }

  void unschedule() {
    isScheduled = false;
  }
}
