package dev.fairlead.listener;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Iterator;
import java.util.function.Function;

/**
 * Steps that are done one after the other, until one fails: for as many as there are ports in a
 * range. A chain made of {@link Future#compose} fails each future in the call of the one before, so
 * thousands of them are too many for a stack.
 */
final class OneByOne {
  private OneByOne() {}

  /** Fails as the first step that does; those after it are not done. */
  static <T> Future<Void> run(Iterator<T> each, Function<T, Future<Void>> step) {
    Promise<Void> done = Promise.promise();
    next(each, step, done);
    return done.future();
  }

  private static <T> void next(
      Iterator<T> left, Function<T, Future<Void>> step, Promise<Void> done) {
    while (left.hasNext()) {
      Future<Void> one = step.apply(left.next());
      if (!one.succeeded()) {
        one.onSuccess(ok -> next(left, step, done)).onFailure(done::fail);
        return;
      }
    }
    done.complete();
  }
}
