package dev.fairlead.member.file;

import dev.fairlead.member.file.StateDir.SavedState;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves for the next start which revisions the member has had and which content of its own file the
 * cluster has taken. What could not be saved is tried again by {@link #retry}; the log has one line
 * when a problem begins and one when it ends. Methods block: any thread except event loops.
 */
public final class KeptRevisions {
  private static final Logger LOG = LoggerFactory.getLogger(KeptRevisions.class);

  /**
   * How often to call {@link #retry}. Raising it leaves a stale state for longer once the disk has
   * room again, lowering it tries more often in vain.
   */
  private static final Duration RETRY_EVERY = Duration.ofSeconds(5);

  private final @Nullable StateDir directory;

  private String fileDigest;
  private List<String> revisions;

  /** Why the last write failed; null = it did not. */
  private @Nullable String problem;

  /** Without a directory nothing is saved; {@code revisions} are newest first. */
  public KeptRevisions(@Nullable StateDir directory, String fileDigest, List<String> revisions) {
    this.directory = directory;
    this.fileDigest = fileDigest;
    this.revisions = List.copyOf(revisions);
  }

  /** Digest of the file content that the cluster took last or already had. */
  public synchronized String fileDigest() {
    return fileDigest;
  }

  /** The cluster has taken this content of the file, or already had it. */
  public synchronized void fileTaken(String digest) {
    if (!digest.equals(fileDigest)) {
      fileDigest = digest;
      write();
    }
  }

  public synchronized void revisions(List<String> newestFirst) {
    revisions = List.copyOf(newestFirst);
    write();
  }

  /** Calls {@link #retry} every 5 s, on a worker of {@code vertx}, until the result is closed. */
  public AutoCloseable retryOn(Vertx vertx) {
    long timer =
        vertx.setPeriodic(RETRY_EVERY.toMillis(), id -> vertx.executeBlocking(this::retry, false));
    return () -> vertx.cancelTimer(timer);
  }

  /** Saves what the last write could not; whether nothing is left to save. */
  public synchronized boolean retry() {
    if (problem != null) {
      write();
    }
    return problem == null;
  }

  private void write() {
    if (directory == null) {
      return;
    }
    try {
      directory.write(new SavedState(fileDigest, revisions));
      if (problem != null) {
        LOG.info("revisions are saved again");
      }
      problem = null;
    } catch (IOException e) {
      failed(String.valueOf(e.getMessage()));
    }
  }

  private void failed(String now) {
    if (!now.equals(problem)) {
      LOG.error(
          "revisions can't be saved, a restart of the whole cluster would begin with older ones: {}",
          now);
    }
    problem = now;
  }
}
