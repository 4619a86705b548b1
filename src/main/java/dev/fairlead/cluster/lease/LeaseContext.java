package dev.fairlead.cluster.lease;

import io.vertx.core.Future;
import java.util.Collection;

/**
 * What leases have around them: the cluster, the shared map, the bus and the clock. All is called
 * on one thread, and answers come on it.
 */
interface LeaseContext {
  /** The id of this member. */
  String self();

  /** The ids of all nodes that are there now. */
  Collection<String> nodes();

  /** As {@link System#nanoTime}. */
  long nanos();

  /** Null = there is none. Fails when the map can't say within some seconds. */
  Future<String> get(String key);

  /**
   * Puts {@code after} in the place of {@code before}, null = there is none.
   *
   * @return whether it did; false and failures may be wrong about that, true never is
   */
  Future<Boolean> swap(String key, String before, String after);

  /** Asks the other members to look at this key. Promises nothing. */
  void hint(String key);

  void later(long millis, Runnable task);
}
