package dev.fairlead.member.file;

import dev.fairlead.config.FairleadConfig;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the files that the configuration in force names: certificates and lists of networks.
 * {@link #read} blocks; the rest is for any thread, {@link #inForce} for one at a time.
 */
public final class FilesInForce {
  private static final Logger LOG = LoggerFactory.getLogger(FilesInForce.class);

  private final Vertx vertx;
  private final TlsInForce tls;
  private final ListsInForce lists = new ListsInForce(InstantSource.system());
  private final Runnable onListsChanged;
  private final AtomicBoolean checking = new AtomicBoolean();

  /** Null = there are no files. */
  private @Nullable Long timer;

  /** What was read from the files that a configuration names. */
  public record ConfigFiles(TlsInForce.Watches certificates, ListsInForce.Lists lists) {}

  public FilesInForce(Vertx vertx, TlsInForce tls, Runnable onListsChanged) {
    this.vertx = vertx;
    this.tls = tls;
    this.onListsChanged = onListsChanged;
  }

  /** Fails with {@link TlsInForce.UnusableFilesException}. */
  public ConfigFiles read(FairleadConfig config) {
    return new ConfigFiles(tls.read(config), lists.read(config));
  }

  public TlsInForce tls() {
    return tls;
  }

  public ListsInForce lists() {
    return lists;
  }

  /** From now on the files of {@code next} are followed, and no others. */
  public void inForce(ConfigFiles next) {
    tls.inForce(next.certificates());
    lists.inForce(next.lists());
    boolean isNeeded = tls.isWatching() || lists.isFollowing();
    if (isNeeded && timer == null) {
      timer = vertx.setPeriodic(TlsInForce.CHECK_EVERY.toMillis(), id -> check());
    } else if (!isNeeded) {
      stop();
    }
  }

  public void stop() {
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
