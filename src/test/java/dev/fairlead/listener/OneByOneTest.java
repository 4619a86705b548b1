package dev.fairlead.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ensures that as many ports as ranges may have are taken one after the other. Provoked by a first
 * step that fails, and by steps that are done later. A failure would look like a change that never
 * ends, for want of stack.
 */
class OneByOneTest {
  private static final List<Integer> MANY = IntStream.range(0, 100_000).boxed().toList();

  private final List<Integer> begun = new ArrayList<>();

  private Future<Void> run(Function<Integer, Future<Void>> step) {
    return OneByOne.run(
        MANY.iterator(),
        each -> {
          begun.add(each);
          return step.apply(each);
        });
  }

  @Test
  void nothingIsDoneAfterAFailure() {
    Promise<Void> first = Promise.promise();
    Future<Void> all = run(each -> first.future());
    assertThat(all.isComplete()).isFalse();
    first.fail("taken");
    assertThat(all.cause()).hasMessage("taken");
    assertThat(begun).containsExactly(0);
  }

  @Test
  void allAreDoneInOrder() {
    assertThat(run(each -> Future.succeededFuture()).succeeded()).isTrue();
    assertThat(begun).isEqualTo(MANY);
  }

  @Test
  void lastOneMayFail() {
    Future<Void> all =
        run(
            each ->
                each == MANY.size() - 1 ? Future.failedFuture("taken") : Future.succeededFuture());
    assertThat(all.cause()).hasMessage("taken");
  }

  @Test
  void stepThatIsDoneLaterGoesOn() {
    Promise<Void> middle = Promise.promise();
    Future<Void> all = run(each -> each == 500 ? middle.future() : Future.succeededFuture());
    assertThat(begun).hasSize(501);
    middle.complete();
    assertThat(all.succeeded()).isTrue();
    assertThat(begun).isEqualTo(MANY);
  }
}
