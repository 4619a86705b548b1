package dev.fairlead.cluster.revision;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A process that reads documents for real and puts them in force on paper. */
final class FakeLocal implements LocalConfig {
  private final ConfigLoader loader = new ConfigLoader(Map.of(), List.of());
  final AtomicInteger held = new AtomicInteger();

  /** Why every document is refused; null = it is not. */
  volatile String refusal;

  /** Why nothing can be put in force; null = it can. */
  volatile String commitFailure;

  /** The id of a backend that every pool has discovered. */
  volatile String discovered;

  /** Answers no more while true. */
  volatile boolean hangs;

  volatile Revision inForce;

  @Override
  public Future<FairleadConfig> load(ConfigFormat format, String text) {
    LoadResult result = loader.load(new ConfigText("push", format, text, null));
    return result.isValid()
        ? Future.succeededFuture(result.config())
        : Future.failedFuture(
            new CommandException(
                CommandException.PROBLEMS,
                result.problems().stream()
                    .map(each -> new CommandProblem(each.path(), each.line(), each.message(), null))
                    .toList()));
  }

  @Override
  public Future<FairleadConfig> loadAsWritten(ConfigFormat format, String text) {
    return load(format, text);
  }

  @Override
  public boolean isDiscovered(String pool, String backend) {
    return backend.equals(discovered);
  }

  @Override
  public Future<PreparedChange> prepare(ConfigFormat format, String text) {
    if (hangs) {
      return Promise.<PreparedChange>promise().future();
    }
    if (refusal != null) {
      return Future.failedFuture(new CommandException(CommandException.PROBLEMS, refusal));
    }
    return load(format, text)
        .map(
            config -> {
              held.incrementAndGet();
              return new OnPaper();
            });
  }

  private final class OnPaper implements PreparedChange {
    @Override
    public Future<Void> commit(Revision revision) {
      held.decrementAndGet();
      if (commitFailure != null) {
        return Future.failedFuture(commitFailure);
      }
      inForce = revision;
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> abort() {
      held.decrementAndGet();
      return Future.succeededFuture();
    }
  }
}
