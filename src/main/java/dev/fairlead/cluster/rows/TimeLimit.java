package dev.fairlead.cluster.rows;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** For accesses to shared maps, which may hang as long as the member does that holds the key. */
public final class TimeLimit {
  private TimeLimit() {}

  /**
   * Fails when {@code access} takes longer, fails or throws: what Hazelcast throws when it is shut
   * down is a failure like any other. The result comes on the context of what {@code access} gives.
   */
  public static <T> Future<T> seconds(int limit, Supplier<Future<T>> access) {
    Future<T> result;
    try {
      result = access.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
    return result.timeout(limit, TimeUnit.SECONDS);
  }
}
