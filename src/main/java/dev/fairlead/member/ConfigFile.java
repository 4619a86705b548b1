package dev.fairlead.member;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.RawTextProcessor;
import dev.fairlead.event.CommandException;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The member's own configuration file. Vert.x Config finds, watches and delivers its text; what the
 * text means is decided here. A text that reads broken is told once, and only when it was seen
 * twice: a file that is just being overwritten is seen half-written. Methods may be called from any
 * thread.
 */
final class ConfigFile {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigFile.class);

  /** How often the file is looked at. */
  private static final Duration SCAN = Duration.ofMillis(300);

  /** How long a text that reads broken must stay to be believed. */
  private static final Duration CONFIRM = Duration.ofMillis(200);

  /** How long after a passing refusal the file is given to the cluster again. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final Set<Integer> PASSING =
      Set.of(CommandException.CONFLICT, CommandException.NO_ANSWER);

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final ConfigText atStart;
  private final ConfigLoader loader;
  private final Changes changes;

  /** Null until {@link #watch}, because it looks at the file from its creation on. */
  private ConfigRetriever retriever;

  /** The content last acted upon. */
  private Optional<Content> handled;

  /** A content that read broken, and was seen once. */
  private Optional<Content> suspected = Optional.empty();

  /** What the file was refused for, in a passing way; told once. */
  private List<Problem> pending = List.of();

  /** Gives a file that was refused so to the cluster again. */
  private long retry = NO_TIMER;

  /** What is found in the file is looked at one after the other. */
  private Future<?> lastLook = Future.succeededFuture();

  /** A text, or null for a file that can't be read. */
  private record Content(String text) {}

  /** Where a changed file is put in force. */
  interface Changes {

    /**
     * The file reads well; succeeds when it is in force or there is no need to, fails with a {@link
     * CommandException} that says what forbids it.
     */
    Future<Void> apply(ConfigText text, LoadResult result);

    /** What is wrong with the file on disk; empty = nothing any more. */
    void problems(List<Problem> problems);
  }

  /**
   * @param atStart what was read of the file already
   */
  ConfigFile(Vertx vertx, ConfigText atStart, ConfigLoader loader, Changes changes) {
    this.vertx = vertx;
    this.atStart = atStart;
    this.loader = loader;
    this.changes = changes;
    this.handled = Optional.of(new Content(atStart.text()));
  }

  private static ConfigRetrieverOptions watching(ConfigText text) {
    String path = text.directory().resolve(Path.of(text.name()).getFileName()).toString();
    return new ConfigRetrieverOptions()
        .setIncludeDefaultStores(false)
        .setScanPeriod(SCAN.toMillis())
        .addStore(
            new ConfigStoreOptions()
                .setType("file")
                .setFormat(RawTextProcessor.NAME)
                .setOptional(true)
                .setConfig(new JsonObject().put("path", path)));
  }

  /** Looks at the file from now on, until {@link #stop}. */
  synchronized void watch() {
    retriever = ConfigRetriever.create(vertx, watching(atStart));
    retriever.listen(change -> look(change.getNewConfiguration()));
    read();
  }

  /**
   * Reads a file that is watched now, and tells what is wrong with it even if that was told before.
   */
  synchronized void reread() {
    pending = List.of();
    again();
  }

  private synchronized void again() {
    handled = Optional.empty();
    read();
  }

  synchronized void stop() {
    vertx.cancelTimer(retry);
    retriever.close();
  }

  private synchronized void read() {
    retriever.getConfig().onSuccess(this::look);
  }

  private synchronized void look(JsonObject delivered) {
    Content content = new Content(delivered.getString(RawTextProcessor.TEXT));
    lastLook = lastLook.transform(before -> handle(content)).onFailure(ConfigFile::notHandled);
  }

  /** What can't be read or put in force was told as a problem; this is a bug. */
  private static void notHandled(Throwable bug) {
    LOG.error("the configuration file could not be looked at", bug);
  }

  private synchronized Future<Void> handle(Content content) {
    if (handled.equals(Optional.of(content))) {
      suspected = Optional.empty();
      return Future.succeededFuture();
    }
    if (content.text() == null) {
      return broken(content, List.of(problem("cannot be read")));
    }
    ConfigText text = new ConfigText(name(), format(), content.text(), atStart.directory());
    return vertx
        .executeBlocking(() -> loader.load(text))
        .compose(
            result ->
                result.isValid()
                    ? apply(content, text, result)
                    : broken(content, result.problems()));
  }

  private synchronized Future<Void> apply(Content content, ConfigText text, LoadResult result) {
    handled = Optional.of(content);
    suspected = Optional.empty();
    vertx.cancelTimer(retry);
    return changes
        .apply(text, result)
        .onSuccess(done -> taken())
        .onFailure(this::refused)
        .otherwiseEmpty();
  }

  private synchronized void taken() {
    pending = List.of();
    changes.problems(List.of());
  }

  private synchronized void refused(Throwable cause) {
    List<Problem> problems = problemsOf(cause);
    if (!problems.equals(pending)) {
      changes.problems(problems);
    }
    pending = List.of();
    if (cause instanceof CommandException refusal && PASSING.contains(refusal.code())) {
      pending = problems;
      retry = vertx.setTimer(RETRY.toMillis(), id -> again());
    }
  }

  private synchronized Future<Void> broken(Content content, List<Problem> problems) {
    if (suspected.equals(Optional.of(content))) {
      handled = suspected;
      suspected = Optional.empty();
      vertx.cancelTimer(retry);
      pending = List.of();
      changes.problems(problems);
    } else {
      suspected = Optional.of(content);
      vertx.setTimer(CONFIRM.toMillis(), id -> read());
    }
    return Future.succeededFuture();
  }

  private List<Problem> problemsOf(Throwable cause) {
    return cause instanceof CommandException refused
        ? refused.problems().stream().map(this::problem).toList()
        : List.of(problem(String.valueOf(cause.getMessage())));
  }

  private Problem problem(CommandException.Problem refused) {
    String message =
        refused.member() == null
            ? refused.message()
            : "member " + refused.member() + ": " + refused.message();
    return new Problem(name(), refused.line(), refused.path(), message);
  }

  private Problem problem(String message) {
    return new Problem(name(), 0, "", message);
  }

  private String name() {
    return atStart.name();
  }

  private ConfigFormat format() {
    return atStart.format();
  }
}
