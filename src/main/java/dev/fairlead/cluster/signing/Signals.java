package dev.fairlead.cluster.signing;

import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import dev.fairlead.event.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets this member be asked over the event bus: each address answers with what {@link Commands}
 * says. Every member listens, and the bus asks one of them. Answers to what changes something come
 * only to signed requests where there is a secret. Called on the cluster's context.
 */
public final class Signals {
  static final String PUSH = "fairlead.config.push";
  static final String GET = "fairlead.config.get";
  static final String HISTORY = "fairlead.config.history";
  static final String ROLLBACK = "fairlead.config.rollback";
  static final String SET = "fairlead.backend.set";

  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
  private static final int BUG = 500;

  private final Vertx vertx;
  private final Supplier<MemberId> self;
  private final Commands commands;
  private final SignedCommands signed;

  /** Those the whole cluster knows of. */
  private final List<MessageConsumer<Object>> known = new ArrayList<>();

  /** Those that answer what others asked before they knew that this member has stopped. */
  private final List<MessageConsumer<Object>> late = new ArrayList<>();

  /**
   * Not listening yet.
   *
   * @param self asked each time, since a member's name may change
   */
  public Signals(Vertx vertx, Supplier<MemberId> self, Commands commands, SignedCommands signed) {
    this.vertx = vertx;
    this.self = self;
    this.commands = commands;
    this.signed = signed;
  }

  /** Succeeds when the whole cluster knows that this member can be asked. */
  public Future<Void> start() {
    listen(vertx.eventBus()::consumer, known);
    return Future.join(known.stream().map(MessageConsumer::completion).toList()).mapEmpty();
  }

  /**
   * The others learn that this member is not to be asked any more. Until they have, and the bus
   * does not say when, their questions still come here and are answered.
   */
  public Future<Void> stop() {
    // A question that finds no consumer is lost without a word, and whoever asked waits for it.
    listen(vertx.eventBus()::localConsumer, late);
    return unregister(known);
  }

  /** Nothing is answered any more. */
  public Future<Void> close() {
    return unregister(known).compose(none -> unregister(late));
  }

  private static Future<Void> unregister(List<MessageConsumer<Object>> consumers) {
    List<MessageConsumer<Object>> all = List.copyOf(consumers);
    consumers.clear();
    return Future.join(all.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
  }

  private void listen(
      Function<String, MessageConsumer<Object>> bus, List<MessageConsumer<Object>> consumers) {
    answers()
        .forEach(
            (address, answer) ->
                consumers.add(bus.apply(address).handler(message -> reply(message, answer))));
  }

  private Map<String, Answer> answers() {
    return Map.of(
        PUSH, new Answer(true, CommandBodies::push, commands::push),
        ROLLBACK, new Answer(true, CommandBodies::rollback, commands::rollback),
        SET, new Answer(true, CommandBodies::set, commands::set),
        GET, new Answer(false, CommandBodies::get, (command, from) -> commands.get(command)),
        HISTORY, new Answer(false, CommandBodies::history, (command, from) -> commands.history()));
  }

  /**
   * How a question is answered.
   *
   * @param signed where there is a secret
   */
  private record Answer(
      boolean signed,
      Function<JsonObject, JsonObject> body,
      BiFunction<JsonObject, String, Future<JsonObject>> command) {}

  private void reply(Message<Object> message, Answer answer) {
    opened(message, answer.signed)
        .map(answer.body)
        .compose(command -> answer.command.apply(command, Sender.of(message)))
        .onSuccess(message::reply)
        .onFailure(failure -> refuse(message, failure));
  }

  private Future<JsonObject> opened(Message<Object> message, boolean isSigned) {
    return isSigned
        ? signed.open(SignedCommands.Heard.of(message), "")
        : Future.succeededFuture(message.body()).map(CommandBodies::object);
  }

  private void refuse(Message<Object> message, Throwable failure) {
    if (failure instanceof CommandException refusal) {
      message.fail(refusal.code(), refusal.toJson().encode());
      return;
    }
    LOG.error("{} from {} failed", message.address(), Sender.of(message), failure);
    String answer = "it failed, see the log of member " + self.get().name();
    message.fail(BUG, new CommandException(BUG, answer).toJson().encode());
  }
}
