package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.MemberCall.Await;
import dev.fairlead.cluster.revision.MemberCall.Prepare;
import dev.fairlead.cluster.revision.MemberCall.Release;
import dev.fairlead.cluster.signing.ReceivedBody;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.Problem;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The receiver of each {@link MemberCall} to this member. On the cluster's context. */
final class CallHandler {
  private final PreparedConfig prepared;
  private final ConfigSync sync;
  private final SignedCommands signed;
  private @Nullable MessageConsumer<Object> consumer;

  CallHandler(PreparedConfig prepared, ConfigSync sync, SignedCommands signed) {
    this.prepared = prepared;
    this.sync = sync;
    this.signed = signed;
  }

  /** Succeeds when every member of the cluster can reach it. */
  Future<Void> start(Vertx vertx, String member) {
    consumer = vertx.eventBus().consumer(MemberCalls.address(member), this::handle);
    return consumer.completion();
  }

  Future<Void> stop() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  /** Fails with {@link CommandException}. */
  Future<Void> perform(MemberCall call) {
    return dispatch(call).recover(cause -> Future.failedFuture(refusal(cause)));
  }

  private Future<Void> dispatch(MemberCall call) {
    if (call instanceof Prepare prepare) {
      return prepared.prepare(prepare.push(), prepare.document(), prepare.coordinator());
    } else if (call instanceof Release release) {
      return prepared.release(release.push());
    } else if (call instanceof Await await) {
      return sync.await(await.revision(), await.id());
    }
    return Future.succeededFuture();
  }

  private void handle(Message<Object> message) {
    ReceivedBody received = ReceivedBody.of(message);
    signed
        .open(received, "")
        .compose(body -> read(received, body))
        .compose(call -> perform(call).map(call))
        .onSuccess(call -> reply(message, call))
        .onFailure(
            cause -> {
              CommandException refusal = refusal(cause);
              message.fail(refusal.code(), refusal.toJson().encode());
            });
  }

  /** Any process that can reach the bus may send anything to this address. */
  private Future<MemberCall> read(ReceivedBody received, JsonObject body) {
    try {
      return Future.succeededFuture(MemberCall.of(body));
    } catch (ClassCastException | IllegalArgumentException | NullPointerException e) {
      var refusal = new CommandException(CommandException.PROBLEMS, "(expected: a member's call)");
      signed.logRefusal(received, refusal);
      return Future.failedFuture(refusal);
    }
  }

  /**
   * The coordinator of a push confirms that it got the answer to a prepare; if it does not, the
   * push is released here. The call may have waited for the end of a split or for this process to
   * wake up, and its coordinator may have given up since.
   */
  private void reply(Message<Object> message, MemberCall call) {
    if (!(call instanceof Prepare prepare)) {
      message.reply(new JsonObject());
      return;
    }
    DeliveryOptions timeout = new DeliveryOptions().setSendTimeout(MemberCalls.TIMEOUT.toMillis());
    message
        .replyAndRequest(new JsonObject(), timeout)
        .onFailure(unconfirmed -> prepared.release(prepare.push()));
  }

  private static CommandException refusal(Throwable cause) {
    return cause instanceof CommandException known
        ? known
        : new CommandException(CommandException.NO_ANSWER, Problem.reason(cause));
  }
}
