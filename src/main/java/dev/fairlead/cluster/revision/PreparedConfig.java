package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.LocalConfig.PreparedChange;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * This member's side of a two-phase push: the one document that it has prepared, with the addresses
 * bound for it, and its commit. A push that is neither committed nor released is released when its
 * coordinator leaves the cluster, or after {@link #TIMEOUT}. On the cluster's context.
 */
final class PreparedConfig {
  /** Raising it lets slower pushes commit as prepared; a hung coordinator blocks for longer. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final LocalConfig local;
  private @Nullable Preparation current;
  private long timer;
  private boolean closed;

  /** What is prepared, or being prepared, for one push; its coordinator, if another may leave. */
  private record Preparation(
      String push, @Nullable String coordinator, Future<PreparedChange> change) {}

  PreparedConfig(Vertx vertx, LocalConfig local) {
    this.vertx = vertx;
    this.local = local;
  }

  /**
   * Checks a document and binds the addresses it needs, for the push of this id. Fails with {@link
   * CommandException}: the document's problems, or a conflict with another push that is prepared.
   *
   * @param coordinator the node that pushes; null = this one, at its start
   */
  Future<Void> prepare(String push, Document document, @Nullable String coordinator) {
    if (closed) {
      return conflict("the member is draining");
    }
    if (current != null) {
      return current.push.equals(push)
          ? current.change.mapEmpty()
          : conflict("another push is under way");
    }
    Preparation started = new Preparation(push, coordinator, local.prepare(document));
    current = started;
    timer = vertx.setTimer(TIMEOUT.toMillis(), id -> release(push));
    return started.change.<Void>mapEmpty().onFailure(refused -> release(push));
  }

  private static Future<Void> conflict(String message) {
    return Future.failedFuture(new CommandException(CommandException.CONFLICT, message));
  }

  /** Gives up {@code push}, if it is the one that is prepared. */
  Future<Void> release(String push) {
    return current != null && current.push.equals(push) ? releaseAny() : Future.succeededFuture();
  }

  /** A coordinator that died sends no release. Had it stored the revision, it is adopted anyway. */
  void left(String node) {
    if (current != null && node.equals(current.coordinator)) {
      releaseAny();
    }
  }

  private Future<Void> releaseAny() {
    return current == null
        ? Future.succeededFuture()
        : detach(current).compose(PreparedChange::abort).otherwiseEmpty();
  }

  /** Puts a revision in force; first aborts any other push, which may have bound its addresses. */
  Future<Void> commit(Revision revision) {
    return take(revision)
        .compose(change -> change.commit(revision))
        .recover(
            cause ->
                isStale(cause)
                    ? take(revision).compose(change -> change.commit(revision))
                    : Future.failedFuture(cause));
  }

  private Future<PreparedChange> take(Revision revision) {
    Document document = Draft.documentOf(revision);
    return current != null && current.push.equals(revision.id())
        ? detach(current).recover(refused -> local.prepare(document))
        : releaseAny().compose(released -> local.prepare(document));
  }

  /** Another change came in force after this one was prepared, so it has to be prepared anew. */
  private static boolean isStale(Throwable cause) {
    return cause instanceof CommandException refused && refused.code() == CommandException.CONFLICT;
  }

  private Future<PreparedChange> detach(Preparation preparation) {
    current = null;
    vertx.cancelTimer(timer);
    return preparation.change;
  }

  /** Prepares nothing from now on: a member that drains is not asked. */
  Future<Void> close() {
    closed = true;
    return releaseAny();
  }
}
