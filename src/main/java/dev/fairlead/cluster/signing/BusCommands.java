package dev.fairlead.cluster.signing;

import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.config.Durations;
import dev.fairlead.event.AuditLog;
import dev.fairlead.event.AuditLog.Actor;
import dev.fairlead.event.ChangeText;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import dev.fairlead.event.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands of the event bus. Requests are answered by {@link Commands}: every member listens,
 * and the bus asks one of them. {@code fairlead.shutdown} is published: each member that is meant
 * obeys, until the very end, because a second one ends the sessions of a member that drains. Where
 * there is a secret, what changes something must be signed. On the cluster's context.
 */
public final class BusCommands {
  static final String PUSH = "fairlead.config.push";
  static final String GET = "fairlead.config.get";
  static final String HISTORY = "fairlead.config.history";
  static final String ROLLBACK = "fairlead.config.rollback";
  static final String SET = "fairlead.backend.set";
  static final String SHUTDOWN = "fairlead.shutdown";
  static final String END_SESSIONS = "fairlead.sessions.end";

  private static final Logger LOG = LoggerFactory.getLogger(BusCommands.class);
  private static final int BUG = 500;

  private final Vertx vertx;
  private final Supplier<MemberId> self;
  private final Commands commands;
  private final SignedCommands signed;
  private final Consumer<@Nullable Duration> onShutdown;
  private final Consumer<JsonObject> onEndSessions;

  /** Registered with the whole cluster. */
  private final List<MessageConsumer<Object>> requests = new ArrayList<>();

  /** Of shutdown commands, and of what others sent before they learned that this member drains. */
  private final List<MessageConsumer<Object>> untilStop = new ArrayList<>();

  /**
   * Gives {@code onShutdown} the grace, null = as configured, and {@code onEndSessions} the
   * command; neither must block.
   */
  public BusCommands(
      Vertx vertx,
      Supplier<MemberId> self,
      Commands commands,
      SignedCommands signed,
      Consumer<@Nullable Duration> onShutdown,
      Consumer<JsonObject> onEndSessions) {
    this.vertx = vertx;
    this.self = self;
    this.commands = commands;
    this.signed = signed;
    this.onShutdown = onShutdown;
    this.onEndSessions = onEndSessions;
  }

  /**
   * How a request is answered; it must be {@code signed} where there is a secret. {@code words} for
   * the audit log, null = it changes nothing.
   */
  private record RequestType(
      boolean signed,
      Function<JsonObject, JsonObject> body,
      @Nullable Function<JsonObject, String> words,
      BiFunction<JsonObject, String, Future<JsonObject>> command) {}

  private Map<String, RequestType> requestTypes() {
    return Map.of(
        PUSH,
        new RequestType(true, CommandBodies::push, ChangeText::push, commands::push),
        ROLLBACK,
        new RequestType(true, CommandBodies::rollback, ChangeText::rollback, commands::rollback),
        SET,
        new RequestType(true, CommandBodies::set, ChangeText::set, commands::set),
        GET,
        new RequestType(false, CommandBodies::get, null, (command, from) -> commands.get(command)),
        HISTORY,
        new RequestType(
            false, CommandBodies::history, null, (command, from) -> commands.history()));
  }

  /** Succeeds when every member of the cluster can reach this one. */
  public Future<Void> start() {
    MessageConsumer<Object> shutdowns = vertx.eventBus().consumer(SHUTDOWN, this::shutdown);
    MessageConsumer<Object> ends = vertx.eventBus().consumer(END_SESSIONS, this::endSessions);
    untilStop.addAll(List.of(shutdowns, ends));
    listen(vertx.eventBus()::consumer, requests);
    return Future.join(requests.stream().map(MessageConsumer::completion).toList())
        .compose(done -> Future.join(shutdowns.completion(), ends.completion()))
        .mapEmpty();
  }

  /**
   * Stops the others from sending requests to this member. Until they have learned that, and the
   * bus does not report when, their requests still arrive and are answered.
   */
  public Future<Void> drain() {
    // A request that finds no consumer is dropped silently, and its sender waits for the timeout.
    listen(vertx.eventBus()::localConsumer, untilStop);
    return unregister(requests);
  }

  /** Nothing is answered or obeyed any more. */
  public Future<Void> stop() {
    return Future.join(unregister(requests), unregister(untilStop)).mapEmpty();
  }

  private void listen(
      Function<String, MessageConsumer<Object>> bus, List<MessageConsumer<Object>> consumers) {
    requestTypes()
        .forEach(
            (address, type) ->
                consumers.add(bus.apply(address).handler(message -> answer(message, type))));
  }

  private static Future<Void> unregister(List<MessageConsumer<Object>> consumers) {
    List<MessageConsumer<Object>> all = List.copyOf(consumers);
    consumers.clear();
    return Future.join(all.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
  }

  private void answer(Message<Object> message, RequestType type) {
    ReceivedBody received = ReceivedBody.of(message);
    Future<JsonObject> opened =
        type.signed()
            ? signed.open(received, "")
            : vertx.executeBlocking(() -> CommandBodies.object(received.body().get()));
    opened
        .compose(body -> vertx.executeBlocking(() -> type.body().apply(body)))
        .compose(command -> run(type, command, received.sender()))
        .onSuccess(message::reply)
        .onFailure(cause -> refuse(message, received, cause));
  }

  private static Future<JsonObject> run(RequestType type, JsonObject command, String sender) {
    Future<JsonObject> answer = type.command().apply(command, sender);
    Function<JsonObject, String> words = type.words();
    if (words == null || ChangeText.isDryRun(command)) {
      return answer;
    }
    Actor actor = Actor.of(command.getString("author"), sender);
    return answer
        .onSuccess(done -> AuditLog.done(actor, words.apply(command), AuditLog.result(done)))
        .onFailure(cause -> AuditLog.refused(actor, words.apply(command), cause));
  }

  private void refuse(Message<Object> message, ReceivedBody received, Throwable cause) {
    if (cause instanceof CommandException refusal) {
      message.fail(refusal.code(), refusal.toJson().encode());
      return;
    }
    LOG.error("{} from {} failed", received.address(), received.sender(), cause);
    String answer = "it failed, see the log of member " + self.get().name();
    message.fail(BUG, new CommandException(BUG, answer).toJson().encode());
  }

  /**
   * Publishes {@code {member: id, name or "*", grace?}} to all members, this one included; signed
   * where there is a secret. Fails with a {@link CommandException} when the command is none.
   */
  public Future<Void> publishShutdown(JsonObject command) {
    return vertx
        .executeBlocking(() -> signed.sign(SHUTDOWN, CommandBodies.shutdown(command)))
        .onSuccess(body -> BestEffortPublisher.publish(vertx, SHUTDOWN, body))
        .mapEmpty();
  }

  /** Publishes what {@link Commands#endSessions} takes, as {@link #publishShutdown} does. */
  public Future<Void> publishEndSessions(JsonObject command) {
    return vertx
        .executeBlocking(() -> signed.sign(END_SESSIONS, CommandBodies.endSessions(command)))
        .onSuccess(body -> BestEffortPublisher.publish(vertx, END_SESSIONS, body))
        .mapEmpty();
  }

  private void shutdown(Message<Object> message) {
    obey(message, this::obeyIfMeant);
  }

  private void endSessions(Message<Object> message) {
    obey(
        message,
        (received, body) -> {
          onEndSessions.accept(CommandBodies.endSessions(body));
          AuditLog.done(
              Actor.of(null, received.sender()), ChangeText.endSessions(body), "it begins");
        });
  }

  private void obey(Message<Object> message, BiConsumer<ReceivedBody, JsonObject> command) {
    ReceivedBody received = ReceivedBody.of(message);
    signed
        // By its name, which a member keeps when it starts again while a command is still valid.
        .open(received, self.get().name())
        .onSuccess(body -> obey(received, body, command))
        .onFailure(
            cause -> {
              if (!(cause instanceof CommandException)) {
                LOG.error("{} from {} failed", received.address(), received.sender(), cause);
              }
            });
  }

  private void obey(
      ReceivedBody received, JsonObject body, BiConsumer<ReceivedBody, JsonObject> command) {
    try {
      command.accept(received, body);
    } catch (CommandException refusal) {
      signed.logRefusal(received, refusal);
    }
  }

  private void obeyIfMeant(ReceivedBody received, JsonObject body) {
    JsonObject command = CommandBodies.shutdown(body);
    if (self.get().isMeantBy(command.getString("member"))) {
      String grace = command.getString("grace");
      String shown = grace == null ? "as configured" : grace;
      LOG.info("shutdown by {}, grace {}", received.sender(), shown);
      AuditLog.done(
          Actor.of(null, received.sender()), CommandBodies.shutdownText(command), "it begins");
      onShutdown.accept(grace == null ? null : Durations.parse(grace).orElseThrow());
    }
  }
}
