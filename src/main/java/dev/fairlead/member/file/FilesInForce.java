package dev.fairlead.member.file;

import dev.fairlead.config.FairleadConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the files that the configuration in force names: certificates and lists of networks.
 * {@link #read} blocks; the rest is for any thread.
 */
public final class FilesInForce {
  private static final Logger LOG = LoggerFactory.getLogger(FilesInForce.class);

  /**
   * How often files are looked at. Raising it takes new certificates and lists later, lowering it
   * asks the file system more often.
   */
  static final Duration CHECK_EVERY = Duration.ofMillis(500);

  private final Vertx vertx;
  private final TlsInForce tls;
  private final ListsInForce lists = new ListsInForce(InstantSource.system());
  private final Runnable onListsChanged;
  private final AtomicBoolean checking = new AtomicBoolean();

  /** Null = there are no files; guarded by this. */
  private @Nullable Long timer;

  /** What was read from the files that a configuration names. */
  public record ConfigFiles(TlsInForce.Watches certificates, ListsInForce.Lists lists) {}

  public FilesInForce(Vertx vertx, TlsInForce tls, Runnable onListsChanged) {
    this.vertx = vertx;
    this.tls = tls;
    this.onListsChanged = onListsChanged;
  }

  /**
   * Reads all files that {@code config} names.
   *
   * @throws UnusableFilesException with every file that cannot be used, of whatever kind
   */
  public ConfigFiles read(FairleadConfig config) {
    List<UnusableFilesException.FileProblem> problems = new ArrayList<>();
    Optional<TlsInForce.Watches> certificates = orNoted(() -> tls.read(config), problems);
    Optional<ListsInForce.Lists> networks = orNoted(() -> lists.read(config), problems);
    if (certificates.isEmpty() || networks.isEmpty()) {
      throw new UnusableFilesException(problems);
    }
    return new ConfigFiles(certificates.get(), networks.get());
  }

  private static <T> Optional<T> orNoted(
      Supplier<T> read, List<UnusableFilesException.FileProblem> problems) {
    try {
      return Optional.of(read.get());
    } catch (UnusableFilesException e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }

  public TlsInForce tls() {
    return tls;
  }

  public ListsInForce lists() {
    return lists;
  }

  /** From now on the files of {@code next} are followed, and no others. */
  public synchronized void inForce(ConfigFiles next) {
    tls.inForce(next.certificates());
    lists.inForce(next.lists());
    boolean isNeeded = tls.isWatching() || lists.isFollowing();
    if (isNeeded && timer == null) {
      timer = vertx.setPeriodic(CHECK_EVERY.toMillis(), id -> check());
    } else if (!isNeeded) {
      stop();
    }
  }

  /** Follows no file any more; idempotent. */
  public synchronized void stop() {
    Long running = timer;
    if (running != null) {
      vertx.cancelTimer(running);
      timer = null;
    }
  }

  private void check() {
    if (checking.getAndSet(true)) {
      return;
    }
    vertx
        .executeBlocking(
            () -> {
              tls.check();
              return lists.check();
            },
            false)
        .onComplete(done -> checking.set(false))
        .onSuccess(this::checked)
        .onFailure(cause -> LOG.error("files could not be checked", cause));
  }

  private void checked(boolean listsChanged) {
    if (listsChanged) {
      onListsChanged.run();
    }
  }
}
