package dev.fairlead.member;

import dev.fairlead.pool.health.Probers;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.Callable;

/** Makes probers on a worker of Vert.x. */
record ProberWorker(ContextInternal context) implements Probers.Worker {
  @Override
  public <T> Future<T> run(Callable<T> task) {
    return context.executeBlocking(task, false);
  }
}
