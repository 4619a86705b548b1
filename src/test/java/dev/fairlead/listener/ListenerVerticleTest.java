package dev.fairlead.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.TestRun;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ensures that every task given to an event loop has a result. */
class ListenerVerticleTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void errorOfATaskIsItsResult() throws Exception {
    ListenerVerticle verticle = new ListenerVerticle(loop -> null);
    Context context = vertx.getOrCreateContext();
    verticle.init(vertx, context);
    Future<Void> result =
        verticle.run(
            () -> {
              throw new LinkageError("of a test");
            });
    assertThat(result.otherwiseEmpty().toCompletionStage().toCompletableFuture())
        .succeedsWithin(TestRun.PATIENCE);
    assertThat(result.cause()).isInstanceOf(LinkageError.class);
  }
}
