package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.SecretCheck;
import dev.fairlead.cluster.revision.Draft.Who;
import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Brings a member to its first revision: the cluster's, or when there is none its own, which this
 * machine must be able to hold before it is offered. On the cluster's context.
 */
public final class ConfigStart {
  private final Vertx vertx;
  private final ConfigStore store;
  private final PreparedConfig holds;
  private final ConfigSync sync;
  private final SecretCheck check;

  public ConfigStart(
      Vertx vertx, ConfigStore store, SecretCheck check, PreparedConfig holds, ConfigSync sync) {
    this.vertx = vertx;
    this.store = store;
    this.check = check;
    this.holds = holds;
    this.sync = sync;
  }

  /**
   * @param kept what the member kept, the newest first
   * @return fails when this machine can't put the revision in force, or another secret is in use
   */
  public Future<Void> run(StartupConfig beginning, List<Revision> kept, Who who) {
    Revision newestKept = kept.isEmpty() ? null : kept.get(0);
    return check
        .run()
        .compose(checked -> store.newest())
        .compose(
            stored ->
                stored.revision() == null
                    ? begin(stored, beginning, new Kept(newestKept, who))
                    : join(stored.revision(), newestKept))
        .compose(started -> store.remember(kept))
        .compose(remembered -> store.signAnew());
  }

  private record Kept(Revision newest, Who who) {}

  private Future<Void> begin(StoredRevision stored, StartupConfig beginning, Kept kept) {
    return vertx
        .executeBlocking(() -> beginning.first(kept.newest(), kept.who()))
        .compose(
            first ->
                hold(first)
                    .compose(held -> store.replace(stored, first))
                    .compose(won -> won ? sync.start(first) : follow(first, kept.newest())));
  }

  /** Another member was faster: its file is the first revision, not ours. */
  private Future<Void> follow(Revision ours, Revision newestKept) {
    return holds
        .release(ours.id())
        .compose(released -> check.run())
        .compose(checked -> sync.start(newestKept));
  }

  /** What was kept and is newer than what the others have is offered to them. */
  private Future<Void> join(Revision theirs, Revision newestKept) {
    boolean offers = newestKept != null && newestKept.revision() > theirs.revision();
    Future<Void> held = offers ? hold(newestKept) : Future.succeededFuture();
    return held.compose(done -> sync.start(newestKept));
  }

  private Future<Void> hold(Revision revision) {
    return holds.hold(revision.id(), revision.format(), revision.text());
  }
}
