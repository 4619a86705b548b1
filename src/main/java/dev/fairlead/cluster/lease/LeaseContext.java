package dev.fairlead.cluster.lease;

import dev.fairlead.net.PauseClock;
import io.vertx.core.Future;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Cluster, map, bus and clock of the leases. Called, and futures completed, on one thread. */
interface LeaseContext {
  String self();

  /** The ids of all nodes of the cluster now. */
  Collection<String> nodes();

  /** As {@link System#nanoTime}: for what this member owes to others. */
  long monotonic();

  /** For what others owe to this member; not to be compared with {@link #monotonic}. */
  PauseClock runningTime();

  /** The value of {@code key}; null = none. Fails when the map does not answer in time. */
  Future<@Nullable String> get(String key);

  /** Replaces {@code before} by {@code after}, null = no value; only the result true is certain. */
  Future<Boolean> compareAndSet(String key, @Nullable String before, @Nullable String after);

  /** Asks the peers, best effort, to refresh this key and give surplus back. */
  void askPeers(String key);

  void schedule(long millis, Runnable task);
}
