package dev.fairlead.cluster;

import dev.fairlead.cluster.Draft.Who;
import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Brings a member to its first revision: the cluster's, or when there is none its own, which this
 * machine must be able to hold before it is offered. On the cluster's context.
 */
final class ConfigStart {
  private final Vertx vertx;
  private final ConfigStore store;
  private final Holds holds;
  private final ConfigSync sync;

  ConfigStart(Vertx vertx, ConfigStore store, Holds holds, ConfigSync sync) {
    this.vertx = vertx;
    this.store = store;
    this.holds = holds;
    this.sync = sync;
  }

  /**
   * @param kept what the member kept, the newest first
   * @return fails when this machine can't put the revision in force
   */
  Future<Void> run(Beginning beginning, List<Revision> kept, Who who) {
    Revision newestKept = kept.isEmpty() ? null : kept.get(0);
    return store
        .newest()
        .compose(
            stored ->
                stored.revision() == null
                    ? begin(beginning, newestKept, who)
                    : sync.start(newestKept))
        .compose(started -> rememberAll(kept));
  }

  private Future<Void> begin(Beginning beginning, Revision newestKept, Who who) {
    return vertx
        .executeBlocking(() -> beginning.first(newestKept, who))
        .compose(
            first ->
                holds
                    .hold(first.id(), first.format(), first.text())
                    .compose(held -> sync.start(first)));
  }

  private Future<Void> rememberAll(List<Revision> kept) {
    Future<Void> remembered = Future.succeededFuture();
    for (Revision revision : kept) {
      remembered = remembered.compose(done -> store.remember(revision));
    }
    return remembered;
  }
}
