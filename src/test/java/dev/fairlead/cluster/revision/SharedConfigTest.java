package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.node.LoneNode;
import dev.fairlead.cluster.revision.ConfigStart.StartupConfig;
import dev.fairlead.cluster.revision.SharedConfig.ConfigSetup;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision.Kind;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the disk of a member holds up nothing of the cluster. Provoked by a disk that does
 * not answer. A failure would be a push that waits for it.
 */
class SharedConfigTest {
  private final Vertx vertx = Vertx.vertx();
  private final OnContext context = new OnContext(vertx);
  private final LoneNode node = new LoneNode(vertx);
  private final CountDownLatch diskAnswers = new CountDownLatch(1);
  private final List<Integer> saved = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    diskAnswers.countDown();
    OnContext.done(vertx.close());
  }

  private void save(List<String> revisions) {
    try {
      diskAnswers.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    saved.add(revisions.size());
  }

  private Future<SharedConfig> start() {
    MemberInfo self =
        new MemberInfo(node.id(), "m1", null, "test", Instant.EPOCH, 0, 0, true, false);
    ConfigSetup setup =
        new ConfigSetup(
            node,
            "m1",
            new FakeLocal(vertx),
            () -> List.of(self),
            this::save,
            (now, before) -> {},
            (newest, origin) -> {});
    StartupConfig startup =
        new StartupConfig(Document.of(ConfigFormat.YAML, FakeMembers.FIRST), null, List.of());
    return SignedCommands.open(vertx, null, InstantSource.system())
        .compose(signed -> SharedConfig.open(setup, null, signed))
        .compose(
            shared ->
                shared
                    .begin(startup, new Origin(Kind.FILE, "file:m1", "file m1", null))
                    .map(begun -> shared));
  }

  @Test
  void aDiskThatDoesNotAnswerHoldsUpNoPushAndGetsTheRevisionsInOrder() {
    SharedConfig shared = context.call(this::start);
    for (int weight = 2; weight <= 4; weight++) {
      String text = FakeMembers.withWeight(weight);
      context.call(() -> shared.commands().push(FakeMembers.body(text), "test"));
    }
    assertThat(saved).isEmpty();
    diskAnswers.countDown();
    await().untilAsserted(() -> assertThat(saved).containsExactly(1, 2, 3, 4));
  }

  @Test
  void stopWaitsForTheLastSave() {
    SharedConfig shared = context.call(this::start);
    String text = FakeMembers.withWeight(2);
    context.call(() -> shared.commands().push(FakeMembers.body(text), "test"));
    Future<List<Integer>> stopped =
        context.call(() -> Future.succeededFuture(shared.stop().map(done -> List.copyOf(saved))));
    assertThat(stopped.isComplete()).isFalse();
    diskAnswers.countDown();
    assertThat(stopped.await()).containsExactly(1, 2);
  }
}
