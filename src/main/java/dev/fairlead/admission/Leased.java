package dev.fairlead.admission;

/**
 * A limit of the whole cluster of which this member holds a part: concurrent connections, or new
 * connections per second. All methods are called on the cluster's context and return at once.
 */
public interface Leased {
  /** The name of the limit in the whole cluster, such as {@code listener/web/connections}. */
  String key();

  /** The limit of the whole cluster; 0 = none, or a limit of each member. */
  int limit();

  /** Permits in use here, which cannot be given back. */
  int inUse();

  /**
   * The demand beyond {@link #inUse}: how many more permits this member could use now, for clients
   * that wait and for those expected until the next refresh of the lease.
   */
  int wanted();

  /** Whether permits can be given back at any time: those of a rate, not those of connections. */
  default boolean isRate() {
    return false;
  }

  /** How many permits may be in use here now; {@link Permits#UNLIMITED} without a limit. */
  int allowed();

  /**
   * Sets how many permits may be in use here. Fewer than {@link #inUse} closes no connection; no
   * permit can be taken until enough of them are given back.
   */
  void allow(int count);

  /** Whether the cluster has no permit left to grant: until then a client may wait for one. */
  void exhausted(boolean exhausted);
}
