package dev.fairlead.member;

import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.RawTextProcessor;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.member.file.FileStamp;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the member's own configuration file. Vert.x Config delivers its text; this class parses
 * it and passes valid changes on. A text with problems is reported once, and only after it was read
 * twice unchanged, because a file that is being overwritten can be read half-written. One that is
 * refused for something that passes is pushed again: a member that does not answer, or certificates
 * and keys that a member cannot use yet. Any thread.
 */
final class ConfigFile {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigFile.class);

  /** Interval of looks at the file; lowering it takes a change over sooner and wakes more often. */
  private static final Duration SCAN = Duration.ofMillis(500);

  /** Raising it reports problems later; lowering it reports files that are still being written. */
  private static final Duration CONFIRM = Duration.ofMillis(200);

  /** Lowering it ends a refusal that passes sooner at the expense of more pushes. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final Set<Integer> TEMPORARY =
      Set.of(CommandException.CONFLICT, CommandException.NO_ANSWER);

  /** In the path of every key of TLS that a member can refuse in a document that is valid here. */
  private static final String TLS = ".tls.";

  private static final long NO_TIMER = -1;

  /** Vert.x Config would read the whole file each time; {@link FileStamp} tells when to. */
  private static final long NO_SCAN = -1;

  private final Vertx vertx;
  private final ConfigText atStart;
  private final ConfigLoader loader;
  private final Changes changes;

  /** Null until {@link #watch}: it reads the file from its creation on. */
  private @Nullable ConfigRetriever retriever;

  /**
   * Ends the looks at the file, on a thread of their own: a file system may block, and a worker
   * would wake two threads more.
   */
  private final CountDownLatch end = new CountDownLatch(1);

  private boolean stopped;
  private Optional<Content> handled;

  /** A content with problems that was read once. */
  private Optional<Content> suspected = Optional.empty();

  /** The problems of a refusal that may pass; reported once. */
  private List<Problem> pending = List.of();

  /** Timer of the next push after such a refusal. */
  private long retry = NO_TIMER;

  /** The tail of the queue: contents are handled one at a time. */
  private Future<?> lastRead = Future.succeededFuture();

  /** Without a text if the file cannot be read. */
  private record Content(@Nullable String text) {}

  /** Receives the changes of the file. */
  interface Changes {

    /** Succeeds when the valid file is in force or needs no push; CommandException = refused. */
    Future<Void> apply(ConfigText text, LoadResult result);

    /** The problems of the file on disk have changed; empty = it is valid. */
    void problems(List<Problem> problems);

    /** The number of the revision in force. */
    long revision();
  }

  ConfigFile(Vertx vertx, ConfigText atStart, ConfigLoader loader, Changes changes) {
    this.vertx = vertx;
    this.atStart = atStart;
    this.loader = loader;
    this.changes = changes;
    this.handled = Optional.of(new Content(atStart.text()));
  }

  private static ConfigRetrieverOptions watching(ConfigText text) {
    String path = Path.of(text.name()).toAbsolutePath().toString();
    return new ConfigRetrieverOptions()
        .setIncludeDefaultStores(false)
        .setScanPeriod(NO_SCAN)
        .addStore(
            new ConfigStoreOptions()
                .setType("file")
                .setFormat(RawTextProcessor.NAME)
                .setOptional(true)
                .setConfig(new JsonObject().put("path", path)));
  }

  /** Watches the file until {@link #stop}. */
  synchronized void watch() {
    ConfigRetriever created = ConfigRetriever.create(vertx, watching(atStart));
    retriever = created;
    FileStamp stamp = new FileStamp(Path.of(atStart.name()), InstantSource.system());
    Thread thread = new Thread(() -> scanUntilEnd(stamp), "fairlead-config-file");
    thread.setDaemon(true);
    thread.start();
  }

  /** An executor would cost more than what it runs. */
  private void scanUntilEnd(FileStamp stamp) {
    try {
      do {
        scan(stamp);
      } while (!end.await(SCAN.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void scan(FileStamp stamp) {
    try {
      if (stamp.mayHaveChanged()) {
        read();
      }
    } catch (RuntimeException bug) {
      failed(bug);
    }
  }

  /** Reads the watched file now and reports its problems even if they were reported before. */
  synchronized void reread() {
    pending = List.of();
    again();
  }

  private synchronized void again() {
    handled = Optional.empty();
    read();
  }

  /** What is read by then is still handled, but fails without a line in the log. */
  synchronized void stop() {
    stopped = true;
    vertx.cancelTimer(retry);
    end.countDown();
    if (retriever != null) {
      retriever.close();
    }
  }

  /**
   * Has the file read once more. Each read begins when the one before is handled: else a read that
   * takes long could deliver what the file was before the last change.
   */
  private synchronized void read() {
    if (retriever != null) {
      ConfigRetriever reader = retriever;
      // Unreadable and refused files are reported as problems; a failure here is a bug.
      lastRead = lastRead.transform(before -> readNow(reader)).onFailure(this::failed);
    }
  }

  private Future<Void> readNow(ConfigRetriever reader) {
    return reader
        .getConfig()
        .transform(
            read ->
                read.failed()
                    ? Future.succeededFuture()
                    : handle(new Content(read.result().getString(RawTextProcessor.TEXT))));
  }

  private synchronized void failed(Throwable bug) {
    if (!stopped) {
      LOG.error("the configuration file could not be handled", bug);
    }
  }

  private synchronized Future<Void> handle(Content content) {
    if (handled.equals(Optional.of(content))) {
      suspected = Optional.empty();
      return Future.succeededFuture();
    }
    if (content.text() == null) {
      return vertx
          .executeBlocking(this::isUnreadable)
          .compose(
              unreadable ->
                  unreadable
                      ? broken(content, List.of(problem("cannot be read")))
                      : Future.succeededFuture());
    }
    ConfigText text =
        new ConfigText(atStart.name(), atStart.format(), content.text(), atStart.directory());
    return vertx
        .executeBlocking(() -> loader.load(text))
        .compose(
            result ->
                result.isValid()
                    ? apply(content, text, result)
                    : broken(content, result.problems()));
  }

  /** False = it can be read now, or as soon as there are descriptors: the next scan does it. */
  private boolean isUnreadable() {
    try (InputStream file = Files.newInputStream(Path.of(atStart.name()))) {
      file.read();
      return false;
    } catch (IOException e) {
      return !OpenFiles.isExhaustion(e);
    }
  }

  private synchronized Future<Void> apply(Content content, ConfigText text, LoadResult result) {
    handled = Optional.of(content);
    suspected = Optional.empty();
    vertx.cancelTimer(retry);
    return changes
        .apply(text, result)
        .onSuccess(done -> accepted())
        .onFailure(this::refused)
        .otherwiseEmpty();
  }

  private synchronized void accepted() {
    pending = List.of();
    changes.problems(List.of());
  }

  private synchronized void refused(Throwable cause) {
    List<Problem> problems = problemsOf(cause);
    if (!problems.equals(pending)) {
      changes.problems(problems);
    }
    pending = List.of();
    if (cause instanceof CommandException refusal) {
      boolean passes = TEMPORARY.contains(refusal.code());
      if (passes || isOfFiles(refusal)) {
        pending = problems;
        long before = changes.revision();
        retry = vertx.setTimer(RETRY.toMillis(), id -> retry(passes, before));
      }
    }
  }

  /** A certificate that a Secret brings may come later than the file that a ConfigMap brings. */
  private static boolean isOfFiles(CommandException refusal) {
    return refusal.code() == CommandException.PROBLEMS
        && refusal.problems().stream().allMatch(problem -> problem.path().contains(TLS));
  }

  /** Files may come after days, when another revision is wanted than that of the file. */
  private void retry(boolean passes, long before) {
    if (passes || changes.revision() == before) {
      again();
    } else {
      LOG.info("{} is not pushed again: another revision is in force", atStart.name());
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
        : List.of(problem(Problem.reason(cause)));
  }

  private Problem problem(CommandProblem refused) {
    String message = refused.memberPrefix() + refused.message();
    return new Problem(atStart.name(), refused.line(), refused.path(), message);
  }

  private Problem problem(String message) {
    return new Problem(atStart.name(), 0, "", message);
  }
}
