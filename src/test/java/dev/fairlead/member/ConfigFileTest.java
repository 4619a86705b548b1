package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a changed file is not forgotten when the cluster can't take it at the moment.
 * Provoked with a cluster that refuses it twice. A failure would look like a file that is never in
 * force, or one told of again and again.
 */
@ExtendWith(VertxExtension.class)
class ConfigFileTest {
  private static final CommandProblem NOT_NOW = new CommandProblem("", 0, "not now", null);

  @TempDir private Path directory;
  private final FakeChanges changes = new FakeChanges();

  @Test
  void theMemberOfAProblemIsNamedOnce(Vertx vertx) throws IOException {
    changes.refuse(
        1,
        CommandException.PROBLEMS,
        new CommandProblem("", 0, "member m3: no answer within 3s", "m3"));
    ConfigFile file = change(vertx);
    await().until(() -> !changes.told.isEmpty());
    file.stop();
    assertThat(changes.told.get(0))
        .singleElement()
        .asString()
        .endsWith("fairlead.yaml: member m3: no answer within 3s");
  }

  private static final class FakeChanges implements ConfigFile.Changes {
    private final List<String> applied = new CopyOnWriteArrayList<>();
    private final List<List<Problem>> told = new CopyOnWriteArrayList<>();
    private volatile int refusals;
    private volatile long revision;

    /** How often {@link #revision} was asked for. */
    private final AtomicInteger asked = new AtomicInteger();

    private volatile int code;
    private volatile CommandProblem problem = NOT_NOW;

    /** Of the changes that come; null = at once. */
    private volatile Promise<Void> end;

    /** Refuses the first {@code count} changes. */
    void refuse(int count, int withCode, CommandProblem because) {
      refusals = count;
      code = withCode;
      problem = because;
    }

    @Override
    public Future<Void> apply(ConfigText text, LoadResult result) {
      applied.add(text.text());
      if (end != null) {
        return end.future();
      }
      return applied.size() > refusals
          ? Future.succeededFuture()
          : Future.failedFuture(new CommandException(code, List.of(problem)));
    }

    @Override
    public void problems(List<Problem> problems) {
      told.add(problems);
    }

    @Override
    public long revision() {
      asked.incrementAndGet();
      return revision;
    }
  }

  private ConfigFile change(Vertx vertx) throws IOException {
    Path path = Files.writeString(directory.resolve("fairlead.yaml"), "pools: []\n");
    ConfigText text = new ConfigText(path.toString(), ConfigFormat.YAML, "pools: []\n", directory);
    ConfigFile file = new ConfigFile(vertx, text, new ConfigLoader(Map.of(), List.of()), changes);
    Files.writeString(path, "pools: [] # changed\n");
    file.watch();
    return file;
  }

  @Test
  void whatTheFileWasBeforeItsLastChangeIsNotApplied(Vertx vertx) throws Exception {
    Promise<Void> end = Promise.promise();
    changes.end = end;
    ConfigFile file = change(vertx);
    await().until(() -> changes.applied.size() == 1);
    Path path = directory.resolve("fairlead.yaml");
    Files.writeString(path, "pools: [] # second\n");
    file.reread();
    // A read that does not wait for its turn is over by then.
    vertx.fileSystem().readFile(path.toString()).await();
    vertx.executeBlocking(() -> null).await();
    Files.writeString(path, "pools: [] # third\n");
    changes.end = null;
    end.complete();
    await().until(() -> changes.applied.contains("pools: [] # third\n"));
    file.stop();
    assertThat(changes.applied).containsExactly("pools: [] # changed\n", "pools: [] # third\n");
  }

  @Test
  void aPassingRefusalIsToldOnceAndTheFileIsPushedAgain(Vertx vertx) throws IOException {
    changes.refuse(2, CommandException.NO_ANSWER, NOT_NOW);
    ConfigFile file = change(vertx);
    await().until(() -> changes.told.size() == 2);
    file.stop();
    assertThat(changes.applied).hasSize(3).containsOnly("pools: [] # changed\n");
    assertThat(changes.told.get(0)).singleElement().asString().endsWith("not now");
    assertThat(changes.told.get(1)).isEmpty();
  }

  @Test
  void aRefusalForGoodWaitsForAnotherText(Vertx vertx) throws IOException {
    changes.refuse(1, CommandException.PROBLEMS, NOT_NOW);
    ConfigFile file = change(vertx);
    await().until(() -> changes.told.size() == 1);
    Files.writeString(directory.resolve("fairlead.yaml"), "pools: [] # mended\n");
    await().until(() -> changes.told.size() == 2);
    file.stop();
    assertThat(changes.applied).containsExactly("pools: [] # changed\n", "pools: [] # mended\n");
  }

  private static CommandProblem missing(String key) {
    return new CommandProblem(key, 0, "web.pem (expected: a file that can be read)", "m3");
  }

  @Test
  void aFileWhoseCertificateIsNotThereYetIsToldOnceAndPushedAgain(Vertx vertx) throws IOException {
    changes.refuse(2, CommandException.PROBLEMS, missing("listeners[0].tls.certificates[0].cert"));
    ConfigFile file = change(vertx);
    await().until(() -> changes.told.size() == 2);
    file.stop();
    assertThat(changes.applied).hasSize(3).containsOnly("pools: [] # changed\n");
    assertThat(changes.told.get(1)).isEmpty();
  }

  @Test
  void aFileThatWaitsForItsCertificateUndoesNoOtherRevision(Vertx vertx) throws IOException {
    changes.refuse(1, CommandException.PROBLEMS, missing("pools[0].tls.ca"));
    ConfigFile file = change(vertx);
    await().until(() -> changes.told.size() == 1);
    changes.revision = 2;
    await().until(() -> changes.asked.get() == 2);
    Files.writeString(directory.resolve("fairlead.yaml"), "pools: [] # mended\n");
    await().until(() -> changes.told.size() == 2);
    file.stop();
    assertThat(changes.applied).containsExactly("pools: [] # changed\n", "pools: [] # mended\n");
  }
}
