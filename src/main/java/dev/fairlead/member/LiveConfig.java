package dev.fairlead.member;

import dev.fairlead.admin.MemberView.InForce;
import dev.fairlead.cluster.revision.LocalConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.listener.ListenException;
import dev.fairlead.listener.Listeners.StaleChangeException;
import dev.fairlead.member.file.UnusableFilesException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force on this member, the preparation and commit of the next one, and the
 * problems of the member's own file. Changes are applied one at a time; every method may be called
 * from any thread and does not block.
 */
final class LiveConfig implements LocalConfig {
  private static final Logger LOG = LoggerFactory.getLogger(LiveConfig.class);

  /** A long document that is read leaves the others to the next one. */
  private static final int READERS = 2;

  private final Proxy proxy;
  private final OwnConfig own;
  private final Consumer<InForce> listener;
  private volatile @Nullable InForce inForce;
  private volatile List<Problem> problems = List.of();
  private volatile List<String> restartNeeded = List.of();

  /** Names of environment variables that this member's file uses, as it was last read valid. */
  private volatile Set<String> variablesOfFile;

  /** Reads documents; a long one must not delay leases and rows, which have the other workers. */
  private final WorkerExecutor readers;

  /**
   * The configuration the process was started with; its {@code node} and {@code cluster} stay in
   * effect until a restart. Relative paths in any document are relative to the file.
   */
  record OwnConfig(ConfigText text, FairleadConfig config, ConfigLoader loader) {}

  /** {@code listener} gets every configuration put in force, in order. */
  LiveConfig(Vertx vertx, Proxy proxy, OwnConfig own, Consumer<InForce> listener) {
    this.proxy = proxy;
    this.own = own;
    this.listener = listener;
    this.variablesOfFile = ConfigLoader.variables(own.text().document());
    this.readers = vertx.createSharedWorkerExecutor("fairlead-config", READERS);
  }

  /** False before the first commit. */
  boolean isConfigured() {
    return inForce != null;
  }

  /** Only when {@link #isConfigured}. */
  InForce inForce() {
    return Objects.requireNonNull(inForce, "no configuration is in force yet");
  }

  List<Problem> problems() {
    return problems;
  }

  List<String> restartNeeded() {
    return restartNeeded;
  }

  @Override
  public Future<FairleadConfig> load(Document document) {
    return load(own.loader(), document).map(LoadResult::config);
  }

  @Override
  public Future<JsonObject> show(Document document) {
    return load(own.loader(), document)
        .compose(result -> readers.executeBlocking(result::dynamicPart, false));
  }

  @Override
  public Future<FairleadConfig> loadAsWritten(Document document) {
    return load(own.loader().withoutOverrides(), document).map(LoadResult::config);
  }

  private Future<LoadResult> load(ConfigLoader loader, Document document) {
    return readers
        .executeBlocking(
            () -> loader.loadDynamic(text(document), own.config(), variablesOfFile), false)
        .compose(LiveConfig::valid);
  }

  /** The name is not shown: problems of a document name their key. */
  private ConfigText text(Document document) {
    return new ConfigText("document", document, own.text().directory());
  }

  @Override
  public boolean isDiscovered(String pool, String backend) {
    return proxy.isDiscovered(pool, backend);
  }

  /**
   * {@inheritDoc} A commit after another commit, or after the listeners closed, fails with {@link
   * CommandException#CONFLICT}; the document can be prepared again.
   */
  @Override
  public Future<PreparedChange> prepare(Document document) {
    return load(own.loader(), document)
        .compose(
            read ->
                refusing(
                    document,
                    read,
                    proxy.prepare(read.config()).map(next -> change(document, read, next))));
  }

  private PreparedChange change(Document document, LoadResult read, Proxy.PreparedSnapshot next) {
    return new PreparedChange() {
      @Override
      public Future<Void> commit(Revision revision) {
        InForce done = new InForce(revision, read.config(), read::dynamicPart);
        return refusing(document, read, next.commit(() -> accept(done)));
      }

      @Override
      public Future<Void> abort() {
        return next.abort();
      }
    };
  }

  /** The member's own file was read and is valid: documents may use its variables. Parses it. */
  void fileRead(Document file) {
    variablesOfFile = ConfigLoader.variables(file);
  }

  /** Records which changed keys of {@code file} take effect only after a restart. */
  void noticeRestart(FairleadConfig file) {
    List<String> keys = new ArrayList<>();
    addChanged(keys, "node.", own.config().node(), file.node());
    addChanged(keys, "cluster.", own.config().cluster(), file.cluster());
    if (!keys.isEmpty() && !keys.equals(restartNeeded)) {
      LOG.warn("changed in the file, in effect after a restart: {}", String.join(", ", keys));
    }
    restartNeeded = List.copyOf(keys);
  }

  /** Records the problems of the file on disk; empty = it is valid. */
  void problems(List<Problem> found) {
    if (found.isEmpty() && !problems.isEmpty()) {
      LOG.info("{}: no problems any more", problems.get(0).source());
    }
    problems = List.copyOf(found);
    if (!found.isEmpty()) {
      LOG.error(
          "{} was not put in force, revision {} stays",
          found.get(0).source(),
          inForce().revision().revision());
      found.forEach(problem -> LOG.error("{}", problem));
    }
  }

  private void accept(InForce next) {
    inForce = next;
    LOG.info("revision {} is in force ({})", next.revision().revision(), next.revision().author());
    listener.accept(next);
  }

  private static Future<LoadResult> valid(LoadResult result) {
    return result.isValid()
        ? Future.succeededFuture(result)
        : Future.failedFuture(
            new CommandException(
                CommandException.PROBLEMS,
                result.problems().stream().map(LiveConfig::problem).toList()));
  }

  private static CommandProblem problem(Problem problem) {
    String source = problem.source().equals(Problem.OVERRIDE) ? Problem.OVERRIDE + " " : "";
    return new CommandProblem(problem.path(), problem.line(), source + problem.message(), null);
  }

  /** Maps failures of the data path to refusals; any other failure, a bug, passes unchanged. */
  private <T> Future<T> refusing(Document document, LoadResult read, Future<T> step) {
    return step.recover(
        cause ->
            readers
                .executeBlocking(() -> refusal(document, read, cause), false)
                .compose(Future::failedFuture));
  }

  /** Parses the document again, for the lines of what is refused. */
  private Throwable refusal(Document document, LoadResult read, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof ListenException refused && !refused.isDraining()) {
      String shown = read.shownBind(refused.path(), refused.value());
      return refusal(document, List.of(problem(refused.path(), refused.message(shown))));
    }
    if (cause instanceof UnusableFilesException refused) {
      return refusal(
          document,
          refused.problems().stream()
              .map(
                  each ->
                      problem(
                          each.path(),
                          Problem.expected(read.shown(each.path(), each.value()), each.expected())))
              .toList());
    }
    return cause instanceof ListenException || cause instanceof StaleChangeException
        ? new CommandException(CommandException.CONFLICT, message)
        : cause;
  }

  private static Problem problem(String path, String message) {
    return new Problem("", 0, path, message);
  }

  private CommandException refusal(Document document, List<Problem> found) {
    List<Problem> placed = own.loader().placed(text(document), found);
    return new CommandException(
        CommandException.PROBLEMS, placed.stream().map(LiveConfig::problem).toList());
  }

  /** Adds the names of the components in which two records of one type differ. */
  private static void addChanged(List<String> keys, String prefix, Record before, Record after) {
    for (RecordComponent component : before.getClass().getRecordComponents()) {
      try {
        Object old = component.getAccessor().invoke(before);
        if (!Objects.equals(old, component.getAccessor().invoke(after))) {
          keys.add(prefix + component.getName());
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(component.toString(), e);
      }
    }
  }
}
