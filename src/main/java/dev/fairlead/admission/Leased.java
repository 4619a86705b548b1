package dev.fairlead.admission;

/**
 * Something of which the whole cluster has so many, and this member holds a part: connections, or
 * new connections a second. All methods are called on one thread, the cluster's, and return at
 * once.
 */
public interface Leased {

  /** Names it in the whole cluster, such as {@code listener/web/connections}. */
  String key();

  /** So many the whole cluster has; 0 = there is no limit, or it is not the cluster's. */
  int limit();

  /** So many are in use here and can't be given back. */
  int inUse();

  /**
   * How many more than {@link #inUse} could be used here now: those who wait for one, and what is
   * likely to come until the next time. 0 = none is missed.
   */
  int wanted();

  /** Whether it can be given back at any time: new connections a second, not connections. */
  default boolean isRate() {
    return false;
  }

  /** So many may be in use here now; {@link Integer#MAX_VALUE} = any number. */
  int allowed();

  /**
   * So many may be in use here from now on. May be fewer than are: nobody is cut off then, and
   * nothing can be taken until enough was given back.
   */
  void allow(int count);

  /**
   * Whether the cluster has no more to give. Until this was said, who finds none left may wait for
   * the answer.
   */
  void exhausted(boolean exhausted);
}
