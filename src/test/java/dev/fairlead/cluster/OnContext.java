package dev.fairlead.cluster;

import dev.fairlead.testkit.TestRun;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Runs on a Vert.x context of its own, as the cluster's parts want it, and waits for the end. */
public final class OnContext {

  private final Context context;

  public OnContext(Vertx vertx) {
    context = ((VertxInternal) vertx).createEventLoopContext();
  }

  public <T> T call(Supplier<Future<T>> task) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        any -> Future.<Void>succeededFuture().compose(start -> task.get()).onComplete(promise));
    return done(promise.future());
  }

  public void run(Runnable task) {
    call(
        () -> {
          task.run();
          return Future.succeededFuture();
        });
  }

  public static <T> T done(Future<T> future) {
    try {
      return future.await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not done within " + TestRun.PATIENCE, e);
    }
  }
}
