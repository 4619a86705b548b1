package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.cluster.signing.SignedCommands.Heard;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Answers what {@link MemberCalls} of other members, and of this one, ask. On the cluster's
 * context.
 */
public final class CallHandler {
  private static final String CALL = "call";
  private static final String GREETING = "greeting";
  private static final String HOLD = "hold";
  private static final String RELEASE = "release";
  private static final String AWAIT = "await";

  /** The id of the push, which becomes that of its revision. */
  private static final String PUSH = "push";

  private static final String FORMAT = "format";
  private static final String TEXT = "text";
  private static final String REVISION = "revision";

  private final PreparedConfig holds;
  private final ConfigSync sync;
  private final SignedCommands signed;
  private MessageConsumer<Object> consumer;

  public CallHandler(PreparedConfig holds, ConfigSync sync, SignedCommands signed) {
    this.holds = holds;
    this.sync = sync;
    this.signed = signed;
  }

  static JsonObject greeting() {
    return new JsonObject().put(CALL, GREETING);
  }

  static JsonObject hold(String push, ConfigFormat format, String text) {
    return call(HOLD, push).put(FORMAT, format.label()).put(TEXT, text);
  }

  static JsonObject release(String push) {
    return call(RELEASE, push);
  }

  static JsonObject await(Revision revision) {
    return call(AWAIT, revision.id()).put(REVISION, revision.revision());
  }

  private static JsonObject call(String call, String push) {
    return new JsonObject().put(CALL, call).put(PUSH, push);
  }

  /** Succeeds when every member of the cluster can reach it. */
  public Future<Void> start(Vertx vertx, String member) {
    consumer = vertx.eventBus().consumer(MemberCalls.address(member), this::handle);
    return consumer.completion();
  }

  public Future<Void> stop() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  private void handle(Message<Object> message) {
    Heard heard = Heard.of(message);
    signed
        .open(heard, "")
        .compose(call -> read(heard, call).compose(Supplier::get).map(call))
        .onSuccess(call -> reply(message, call))
        .onFailure(
            cause -> {
              CommandException refused =
                  cause instanceof CommandException known
                      ? known
                      : new CommandException(
                          CommandException.NO_ANSWER, String.valueOf(cause.getMessage()));
              message.fail(refused.code(), refused.toJson().encode());
            });
  }

  /**
   * Who asked to hold something must say that it got the answer: the question may have waited for
   * the end of a split or for this process to wake up, and nothing is held for who has given up.
   */
  private void reply(Message<Object> message, JsonObject call) {
    if (!call.getString(CALL).equals(HOLD)) {
      message.reply(new JsonObject());
      return;
    }
    DeliveryOptions patience =
        new DeliveryOptions().setSendTimeout(MemberCalls.PATIENCE.toMillis());
    message
        .replyAndRequest(new JsonObject(), patience)
        .onFailure(nobody -> holds.release(call.getString(PUSH)));
  }

  /** Members say what they should; others may say anything. */
  private Future<Supplier<Future<Void>>> read(Heard heard, JsonObject call) {
    try {
      return Future.succeededFuture(answer(call));
    } catch (ClassCastException | IllegalArgumentException | NullPointerException e) {
      var refusal = new CommandException(CommandException.PROBLEMS, "(expected: a member's call)");
      signed.tell(heard, refusal);
      return Future.failedFuture(refusal);
    }
  }

  /** Reads all of {@code call}, then does what it says. */
  private Supplier<Future<Void>> answer(JsonObject call) {
    String name = call.getString(CALL);
    if (name.equals(GREETING)) {
      return Future::succeededFuture;
    }
    String push = Objects.requireNonNull(call.getString(PUSH));
    switch (name) {
      case HOLD -> {
        ConfigFormat format = format(call);
        String text = Objects.requireNonNull(call.getString(TEXT));
        return () -> holds.hold(push, format, text);
      }
      case RELEASE -> {
        return () -> holds.release(push);
      }
      case AWAIT -> {
        long revision = call.getLong(REVISION);
        return () -> sync.await(revision, push);
      }
      default -> throw new IllegalArgumentException(name);
    }
  }

  private static ConfigFormat format(JsonObject call) {
    return ConfigFormat.valueOf(call.getString(FORMAT).toUpperCase(Locale.ROOT));
  }
}
