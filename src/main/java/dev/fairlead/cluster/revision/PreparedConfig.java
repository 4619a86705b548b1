package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.LocalConfig.PreparedChange;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * The document this member has promised to be able to put in force: one at a time, and not for
 * longer than {@link #LONGEST}, because whoever asked may have died. On the cluster's context.
 */
public final class PreparedConfig {
  static final Duration LONGEST = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final LocalConfig local;

  /** Null = nothing is held or about to be. */
  private Hold current;

  /** This member is about to leave. */
  private boolean closed;

  /** What is held, or will be, for one push. */
  private static final class Hold {
    private final String push;
    private final Future<PreparedChange> held;
    private long timer;

    Hold(String push, Future<PreparedChange> held) {
      this.push = push;
      this.held = held;
    }
  }

  public PreparedConfig(Vertx vertx, LocalConfig local) {
    this.vertx = vertx;
    this.local = local;
  }

  /**
   * Checks a document and holds what it needs.
   *
   * @return fails with {@link CommandException}: its problems, or a conflict while another push is
   *     held
   */
  Future<Void> hold(String push, ConfigFormat format, String text) {
    if (closed) {
      return conflict("the member is draining");
    }
    if (current != null) {
      return current.push.equals(push)
          ? current.held.mapEmpty()
          : conflict("another push is under way");
    }
    Hold hold = new Hold(push, local.prepare(format, text));
    current = hold;
    hold.timer = vertx.setTimer(LONGEST.toMillis(), id -> release(push));
    return hold.held.<Void>mapEmpty().onFailure(refused -> release(push));
  }

  /** Lets go of what is held for {@code push}, if it is. */
  Future<Void> release(String push) {
    return current == null || !current.push.equals(push) ? Future.succeededFuture() : releaseAny();
  }

  /** What is held for {@code push}, now the caller's; else what stood in the way is released. */
  Future<PreparedChange> take(String push, ConfigFormat format, String text) {
    if (current != null && current.push.equals(push)) {
      return forget().held.recover(failed -> local.prepare(format, text));
    }
    return releaseAny().compose(released -> local.prepare(format, text));
  }

  /** Lets go of whatever is held. */
  Future<Void> releaseAny() {
    if (current == null) {
      return Future.succeededFuture();
    }
    return forget().held.compose(PreparedChange::abort).otherwiseEmpty();
  }

  /** Holds nothing any more; who asks is to ask those that stay. */
  public Future<Void> close() {
    closed = true;
    return releaseAny();
  }

  private Hold forget() {
    Hold hold = current;
    current = null;
    vertx.cancelTimer(hold.timer);
    return hold;
  }

  private static Future<Void> conflict(String message) {
    return Future.failedFuture(new CommandException(CommandException.CONFLICT, message));
  }
}
