package dev.fairlead.cluster.rows;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Limits the time of accesses to shared maps, which hang while the owner of the key hangs. */
public final class TimeLimit {
  private TimeLimit() {}

  /**
   * Fails when {@code access} throws, fails or takes more than {@code limit} seconds; Hazelcast
   * throws while it shuts down. Completes on the context of the future that {@code access} returns.
   */
  public static <T> Future<T> seconds(int limit, Supplier<Future<T>> access) {
    try {
      return access
          .get()
          .timeout(limit, TimeUnit.SECONDS)
          .recover(cause -> Future.failedFuture(inWords(cause, limit)));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static Throwable inWords(Throwable cause, int limit) {
    return cause instanceof TimeoutException
        ? new TimeoutException("no answer within " + limit + " s")
        : cause;
  }
}
