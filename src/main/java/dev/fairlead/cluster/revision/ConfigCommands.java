package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.ConfigPush.ConfigChange;
import dev.fairlead.cluster.revision.ConfigPush.Drafter;
import dev.fairlead.cluster.revision.ConfigPush.PushResult;
import dev.fairlead.cluster.revision.RevisionHistory.PastRevision;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.LimitSetting;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.Revision.Kind;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.RevisionJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The commands that read and change the configuration, with the bodies and answers of the event
 * bus. Each change becomes a {@link ConfigPush.Drafter} and goes through {@link ConfigPush}. On the
 * cluster's context; bodies and documents are read on workers.
 */
public final class ConfigCommands {
  private final Vertx vertx;
  private final ConfigStore store;
  private final ConfigPush push;
  private final LocalConfig local;
  private final BiConsumer<Revision, Origin> unchanged;

  /** Tells {@code unchanged} the newest revision, and who has pushed what it has already. */
  ConfigCommands(
      Vertx vertx,
      ConfigStore store,
      ConfigPush push,
      LocalConfig local,
      BiConsumer<Revision, Origin> unchanged) {
    this.vertx = vertx;
    this.store = store;
    this.push = push;
    this.local = local;
    this.unchanged = unchanged;
  }

  /**
   * {@code {config, format, expect?, dryRun?, author?, note?}}. The document is checked before the
   * push queues, so that one that takes long to read delays no other.
   */
  public Future<JsonObject> push(JsonObject command, String from) {
    return vertx
        .executeBlocking(() -> CommandBodies.push(command))
        .compose(
            body -> {
              Document document = documentOf(body);
              return check(document).compose(valid -> change(changeTo(document, body, from)));
            });
  }

  private static Document documentOf(JsonObject body) {
    String text =
        body.getValue("config") instanceof JsonObject object
            ? object.encodePrettily() + "\n"
            : body.getString("config");
    ConfigFormat format = ConfigFormat.valueOf(body.getString("format").toUpperCase(Locale.ROOT));
    return Document.of(format, text);
  }

  private static ConfigChange changeTo(Document document, JsonObject body, String from) {
    return new ConfigChange(
        body.getLong("expect"),
        body.getBoolean("dryRun", false),
        origin(Kind.PUSH, body, from),
        (newest, unused) ->
            Future.succeededFuture(new Draft(document, newest.fileDigest(), List.of())));
  }

  private static Origin origin(Kind kind, JsonObject body, String from) {
    return new Origin(kind, body.getString("author"), from, body.getString("note"));
  }

  /** Problems that every member would find have no member's name, and come all at once. */
  private Future<Void> check(Document document) {
    return vertx
        .executeBlocking(() -> foreignKeys(document))
        .compose(
            foreign ->
                local
                    .load(document)
                    .transform(
                        read -> {
                          List<CommandProblem> problems = new ArrayList<>(foreign);
                          if (read.cause() instanceof CommandException refused) {
                            problems.addAll(refused.problems());
                          } else if (read.failed()) {
                            return Future.failedFuture(read.cause());
                          }
                          if (!problems.isEmpty()) {
                            throw new CommandException(CommandException.PROBLEMS, problems);
                          }
                          return Future.succeededFuture();
                        }));
  }

  private static List<CommandProblem> foreignKeys(Document document) {
    String message = "each member has its own (expected: listeners and pools only)";
    return document.foreignKeys().stream()
        .map(key -> new CommandProblem(key.key(), key.line(), message, null))
        .toList();
  }

  /** A member's file has changed: a revision, unless it equals the newest that is of a file. */
  public Future<JsonObject> pushFile(Document file, Origin origin) {
    Drafter drafter =
        (newest, document) ->
            vertx.executeBlocking(
                () ->
                    file.digest().equals(newest.fileDigest())
                        ? Draft.of(newest, document)
                        : Draft.ofFile(file));
    return change(new ConfigChange(null, false, origin, drafter));
  }

  /** {@code {revision, expect?, author?, note?}}. */
  public Future<JsonObject> rollback(JsonObject command, String from) {
    return reading(
        () -> {
          JsonObject body = CommandBodies.rollback(command);
          Drafter drafter =
              (newest, document) ->
                  past(body.getLong("revision"))
                      .map(
                          past ->
                              new Draft(
                                  Draft.documentOf(past), newest.fileDigest(), past.settings()));
          return change(ofBody(Kind.ROLLBACK, body, from, drafter));
        });
  }

  private static ConfigChange ofBody(Kind kind, JsonObject body, String from, Drafter drafter) {
    return new ConfigChange(body.getLong("expect"), false, origin(kind, body, from), drafter);
  }

  /**
   * {@code {pool, backend, weight?, state?, maxConnections?, expect?, author?, note?}}, or a
   * listener or pool with its limits, {@code {listener, connections?, newConnectionsPerSecond?}},
   * {@code {pool, connections?, connectionsPerBackend?}} -> {@code {revision, unchanged?,
   * rewritten?}}.
   */
  public Future<JsonObject> set(JsonObject command, String from) {
    return reading(
        () -> {
          JsonObject body = CommandBodies.set(command);
          Drafter drafter =
              LimitSetting.isMeantBy(body)
                  ? withLimits(LimitSetting.of(body))
                  : withSetting(BackendSetting.of(body));
          return done(ofBody(Kind.SET, body, from, drafter))
              .map(
                  result -> {
                    JsonObject answer = answerOf(result.revision(), result);
                    if (!result.missing().isEmpty()) {
                      answer.put("missing", array(result.missing(), ConfigCommands::missing));
                    }
                    return result.isRewritten() ? answer.put("rewritten", true) : answer;
                  });
        });
  }

  private Drafter withSetting(BackendSetting setting) {
    return (newest, document) ->
        local
            .loadAsWritten(document)
            .compose(
                config ->
                    vertx.executeBlocking(
                        () ->
                            Draft.withSetting(
                                setting, newest, document, config, local::isDiscovered)));
  }

  private Drafter withLimits(LimitSetting setting) {
    return (newest, document) ->
        local
            .loadAsWritten(document)
            .compose(
                config ->
                    vertx.executeBlocking(
                        () -> Draft.withLimits(setting, newest, document, config)));
  }

  /** {@code {revision?}} -> the document and who, when. */
  public Future<JsonObject> get(JsonObject command) {
    return reading(
            () -> {
              Long number = CommandBodies.get(command).getLong("revision");
              return number == null ? newest() : past(number);
            })
        .compose(
            revision ->
                local
                    .show(Draft.documentOf(revision))
                    .otherwiseEmpty()
                    .map(config -> RevisionJson.whole(revision, config)));
  }

  /** {@code {history: [...]}}, the newest first. */
  public Future<JsonObject> history() {
    return store
        .history()
        .list()
        .map(history -> new JsonObject().put("history", array(history, ConfigCommands::entry)));
  }

  private static JsonObject entry(PastRevision past) {
    return RevisionJson.head(past.revision())
        .put("parent", past.revision().parent())
        .put("superseded", past.superseded());
  }

  private Future<Revision> newest() {
    return store
        .newest()
        .compose(
            stored ->
                stored.revision() == null
                    ? Future.failedFuture(
                        new CommandException(CommandException.NO_ANSWER, "no revision is stored"))
                    : Future.succeededFuture(stored.revision()));
  }

  /** Of two with one number, the one that was not superseded. */
  private Future<Revision> past(long revision) {
    return store
        .history()
        .list()
        .map(
            history ->
                history.stream()
                    .filter(past -> past.revision().revision() == revision)
                    .min((one, other) -> Boolean.compare(one.superseded(), other.superseded()))
                    .map(PastRevision::revision)
                    .orElseThrow(() -> unknown(revision, history)));
  }

  private static CommandException unknown(long revision, List<PastRevision> history) {
    String expected =
        history.isEmpty() ? "a revision, but none is kept" : RevisionHistory.numbers(history);
    return new CommandException(
        CommandException.NOT_FOUND,
        "revision",
        Problem.expected(String.valueOf(revision), expected));
  }

  private Future<JsonObject> change(ConfigChange change) {
    return done(change).compose(result -> answer(change, result));
  }

  private Future<PushResult> done(ConfigChange change) {
    return push.push(change)
        .onSuccess(
            result -> {
              if (result.isUnchanged() && !change.dryRun()) {
                unchanged.accept(result.revision(), change.origin());
              }
            });
  }

  private Future<JsonObject> answer(ConfigChange change, PushResult result) {
    Revision inForce = change.dryRun() ? result.before() : result.revision();
    return undone(result.before().settings(), result.draft().document())
        .map(
            undone ->
                answerOf(inForce, result)
                    .put(
                        "applied",
                        new JsonArray(
                            result.applied().stream().map(MemberInfo::name).sorted().toList()))
                    .put("missing", array(result.missing(), ConfigCommands::missing))
                    .put("undone", undone));
  }

  private static JsonObject answerOf(Revision inForce, PushResult result) {
    JsonObject answer = new JsonObject().put("revision", inForce.revision());
    return result.isUnchanged() ? answer.put("unchanged", true) : answer;
  }

  /** The settings that are not in {@code document}. Never fails, because the revision stands. */
  private Future<JsonArray> undone(List<Revision.SingleSetting> before, Document document) {
    return before.isEmpty()
        ? Future.succeededFuture(new JsonArray())
        : local
            .loadAsWritten(document)
            .map(config -> before.stream().filter(setting -> !setting.isIn(config)).toList())
            .map(undone -> array(undone, Revision.SingleSetting::toJson))
            .otherwise(new JsonArray());
  }

  private static JsonObject missing(ConfigPush.Missing member) {
    return new JsonObject().put("member", member.member().name()).put("message", member.message());
  }

  private static <T> JsonArray array(List<T> all, Function<T, JsonObject> json) {
    return new JsonArray(all.stream().map(json).toList());
  }

  /** A body that is refused while it is read fails the command. */
  private static <T> Future<T> reading(Supplier<Future<T>> command) {
    return Future.succeededFuture().compose(begin -> command.get());
  }
}
