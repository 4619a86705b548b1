package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.ConfigStore.StoredRevision;
import dev.fairlead.config.Revision;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.config.text.Document;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a member to its first revision: the cluster's, or when there is none its own, which is
 * prepared here before it is offered. A failure leaves nothing prepared. On the cluster's context.
 */
public final class ConfigStart {
  private final Vertx vertx;
  private final ConfigStore store;
  private final SecretCheck check;
  private final PreparedConfig prepared;
  private final ConfigSync sync;

  ConfigStart(
      Vertx vertx, ConfigStore store, SecretCheck check, PreparedConfig prepared, ConfigSync sync) {
    this.vertx = vertx;
    this.store = store;
    this.check = check;
    this.prepared = prepared;
    this.sync = sync;
  }

  /**
   * A member's file and the revisions it had in force before it stopped, as {@link RevisionCodec}
   * writes them, the newest first; {@code keptFileDigest} is that of the file then.
   */
  public record StartupConfig(Document file, @Nullable String keptFileDigest, List<String> kept) {

    public StartupConfig {
      kept = List.copyOf(kept);
    }

    /**
     * What this member begins with when the cluster has no revision: the newest one it kept, unless
     * its file was changed since; else its file. Parses the file.
     */
    private Revision first(@Nullable Revision newestKept, Origin origin) {
      Draft draft = Draft.ofFile(file);
      if (newestKept == null) {
        return draft.first(origin);
      }
      return draft.fileDigest().equals(keptFileDigest)
          ? newestKept
          : draft.afterRestart(newestKept, origin);
    }
  }

  /** Fails when this machine can't put the revision in force, or another secret is in use. */
  Future<Void> run(StartupConfig startup, List<Revision> kept, Origin origin) {
    Revision newestKept = kept.isEmpty() ? null : kept.get(0);
    return check
        .run()
        .compose(checked -> store.newest())
        .compose(
            stored ->
                stored.revision() == null
                    ? vertx
                        .executeBlocking(() -> startup.first(newestKept, origin))
                        .compose(first -> begin(startup, stored, first, newestKept))
                    : join(startup, stored.revision(), newestKept))
        .compose(started -> store.history().add(kept))
        .compose(added -> store.signAnew());
  }

  private Future<Void> begin(
      StartupConfig startup, StoredRevision stored, Revision first, @Nullable Revision newestKept) {
    return prepare(startup, first)
        .compose(done -> store.replace(stored, first))
        .compose(won -> won ? sync.start(first) : follow(first, newestKept))
        .recover(cause -> release(first, cause));
  }

  /** Another member was faster: its file is the first revision, not ours. */
  private Future<Void> follow(Revision ours, @Nullable Revision newestKept) {
    return prepared
        .release(ours.id())
        .compose(released -> check.run())
        .compose(checked -> startWithTheirs(newestKept));
  }

  /** A kept revision that is newer than the cluster's is offered to the others. */
  private Future<Void> join(StartupConfig startup, Revision theirs, @Nullable Revision newestKept) {
    return newestKept == null || newestKept.revision() <= theirs.revision()
        ? startWithTheirs(newestKept)
        : prepare(startup, newestKept)
            .compose(done -> sync.start(newestKept))
            .recover(cause -> release(newestKept, cause));
  }

  private Future<Void> startWithTheirs(@Nullable Revision newestKept) {
    return sync.start(newestKept)
        .recover(
            cause -> {
              ConfigSync.Trouble trouble = sync.trouble();
              return Future.failedFuture(
                  trouble == null
                      ? cause
                      : new ClusterRevisionException(trouble.revision().revision(), cause));
            });
  }

  /** What is wrong with a kept revision is not to be looked for in the file. */
  private Future<Void> prepare(StartupConfig startup, Revision revision) {
    boolean isFile = revision.text().equals(startup.file().text());
    return prepared
        .prepare(revision.id(), Draft.documentOf(revision), null)
        .recover(
            cause ->
                Future.failedFuture(
                    isFile ? cause : new ClusterRevisionException(revision.revision(), cause)));
  }

  private Future<Void> release(Revision revision, Throwable cause) {
    return prepared.release(revision.id()).compose(released -> Future.failedFuture(cause));
  }
}
