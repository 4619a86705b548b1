package dev.fairlead.admission;

/** A limit of concurrent connections: applies the grants of the cluster to its permits. */
public abstract class LeasedPermits implements Leased {
  private final String key;
  private final Permits permits;
  private final Runnable onRoom;
  private final Runnable onExhausted;

  /**
   * @param onRoom run on any thread when a permit may have become free
   * @param onExhausted run on any thread when the cluster has reported that it has no permit left
   */
  protected LeasedPermits(String key, Permits permits, Runnable onRoom, Runnable onExhausted) {
    this.key = key;
    this.permits = permits;
    this.onRoom = onRoom;
    this.onExhausted = onExhausted;
  }

  /** The clients that wait for a permit, and those expected until the next refresh. */
  protected abstract long demand();

  /** To be used directly while the queue is served: takes in turn, and gives back quietly. */
  public final Permits permits() {
    return permits;
  }

  @Override
  public final String key() {
    return key;
  }

  @Override
  public final int limit() {
    return permits.clusterLimit();
  }

  @Override
  public final int inUse() {
    return permits.inUse();
  }

  @Override
  public final int allowed() {
    return permits.allowed();
  }

  @Override
  public final int wanted() {
    return (int) Math.min(permits.clusterLimit(), demand());
  }

  @Override
  public final void allow(int count) {
    if (permits.allow(count)) {
      onRoom.run();
    }
  }

  @Override
  public final void exhausted(boolean exhausted) {
    permits.exhausted(exhausted);
    if (exhausted) {
      onExhausted.run();
    }
  }
}
