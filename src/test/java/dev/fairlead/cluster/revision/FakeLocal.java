package dev.fairlead.cluster.revision;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A process that reads documents for real and puts them in force on paper. */
final class FakeLocal implements LocalConfig {
  private final Vertx vertx;
  private final ConfigLoader loader = new ConfigLoader(Map.of(), List.of());
  final AtomicInteger prepared = new AtomicInteger();

  /** The documents that were read here, in order. */
  final List<Document> read = new CopyOnWriteArrayList<>();

  /** Why every document is refused; null = it is not. */
  volatile String refusal;

  /** Why nothing can be put in force; null = it can. */
  volatile String commitFailure;

  /** The id of a backend that every pool has discovered. */
  volatile String discovered;

  /** Answers no prepare while true. */
  volatile boolean hangs;

  /** Ends no commit while true. */
  volatile boolean commitHangs;

  volatile Revision inForce;

  FakeLocal(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Future<FairleadConfig> load(Document document) {
    return result(document).map(LoadResult::config);
  }

  @Override
  public Future<JsonObject> show(Document document) {
    return result(document).map(LoadResult::dynamicPart);
  }

  private Future<LoadResult> result(Document document) {
    read.add(document);
    return vertx
        .executeBlocking(() -> loader.load(new ConfigText("push", document, null)))
        .compose(FakeLocal::valid);
  }

  private static Future<LoadResult> valid(LoadResult result) {
    return result.isValid()
        ? Future.succeededFuture(result)
        : Future.failedFuture(
            new CommandException(
                CommandException.PROBLEMS,
                result.problems().stream()
                    .map(each -> new CommandProblem(each.path(), each.line(), each.message(), null))
                    .toList()));
  }

  @Override
  public Future<FairleadConfig> loadAsWritten(Document document) {
    return load(document);
  }

  @Override
  public boolean isDiscovered(String pool, String backend) {
    return backend.equals(discovered);
  }

  @Override
  public Future<PreparedChange> prepare(Document document) {
    if (hangs) {
      return Promise.<PreparedChange>promise().future();
    }
    if (refusal != null) {
      return Future.failedFuture(new CommandException(CommandException.PROBLEMS, refusal));
    }
    return load(document)
        .map(
            config -> {
              prepared.incrementAndGet();
              return new OnPaper();
            });
  }

  private final class OnPaper implements PreparedChange {
    @Override
    public Future<Void> commit(Revision revision) {
      prepared.decrementAndGet();
      if (commitHangs) {
        return Promise.<Void>promise().future();
      }
      if (commitFailure != null) {
        return Future.failedFuture(commitFailure);
      }
      inForce = revision;
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> abort() {
      prepared.decrementAndGet();
      return Future.succeededFuture();
    }
  }
}
