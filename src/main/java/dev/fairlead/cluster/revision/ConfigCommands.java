package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.ConfigPush.Change;
import dev.fairlead.cluster.revision.ConfigPush.Outcome;
import dev.fairlead.cluster.revision.Draft.Who;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.ConfigJson;
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
import java.util.concurrent.Callable;

/**
 * The commands that read and change the configuration, with the bodies and answers of the event
 * bus. On the cluster's context.
 */
public final class ConfigCommands {
  private final Vertx vertx;
  private final ConfigStore store;
  private final ConfigPush push;
  private final LocalConfig local;

  public ConfigCommands(Vertx vertx, ConfigStore store, ConfigPush push, LocalConfig local) {
    this.vertx = vertx;
    this.store = store;
    this.push = push;
    this.local = local;
  }

  /** {@code {config, format, expect?, dryRun?, author?}}. */
  public Future<JsonObject> push(JsonObject body, String from) {
    return reading(() -> PushRequestBody.of(body))
        .compose(
            command ->
                change(
                    new Change(
                        command.expect(),
                        command.dryRun(),
                        new Who(command.author(), from),
                        newest -> pushed(command, newest))));
  }

  private Future<Draft> pushed(PushRequestBody command, Revision newest) {
    return vertx
        .executeBlocking(() -> foreignKeys(command))
        .compose(foreign -> readable(command, foreign))
        .map(
            readable ->
                new Draft(command.format(), command.text(), newest.fileDigest(), List.of()));
  }

  /** What is wrong with it for everybody is said by nobody in particular, all of it at once. */
  private Future<FairleadConfig> readable(PushRequestBody command, List<CommandProblem> foreign) {
    Future<FairleadConfig> read = local.load(command.format(), command.text());
    return foreign.isEmpty()
        ? read
        : read.transform(
            done -> {
              List<CommandProblem> problems = new ArrayList<>(foreign);
              if (done.cause() instanceof CommandException refused) {
                problems.addAll(refused.problems());
              }
              return Future.failedFuture(new CommandException(CommandException.PROBLEMS, problems));
            });
  }

  private static List<CommandProblem> foreignKeys(PushRequestBody command) {
    return Document.of(command.format(), command.text()).foreignKeys().stream()
        .map(
            key ->
                new CommandProblem(
                    key.key(),
                    key.line(),
                    "each member has its own (expected: listeners and pools only)",
                    null))
        .toList();
  }

  /**
   * The file of a member says something new: it becomes a revision, unless it equals the newest
   * that came from a file.
   */
  public Future<JsonObject> pushFile(ConfigFormat format, String text, Who who) {
    return change(new Change(null, false, who, newest -> filed(format, text, newest)));
  }

  private Future<Draft> filed(ConfigFormat format, String text, Revision newest) {
    return vertx.executeBlocking(
        () -> {
          String digest = Document.of(format, text).digest();
          return digest.equals(newest.fileDigest())
              ? Draft.of(newest)
              : new Draft(format, text, digest, List.of());
        });
  }

  /** {@code {revision, author?}}. */
  public Future<JsonObject> rollback(JsonObject json, String from) {
    return reading(() -> CommandBodies.rollback(json))
        .compose(
            body ->
                change(
                    new Change(
                        null,
                        false,
                        new Who(body.getString("author"), from),
                        newest -> rolledBack(body.getLong("revision"), newest))));
  }

  private Future<Draft> rolledBack(long revision, Revision newest) {
    return past(revision)
        .map(past -> new Draft(past.format(), past.text(), newest.fileDigest(), past.settings()));
  }

  /** {@code {pool, backend, weight?, state?}} -> {@code {revision}}. */
  public Future<JsonObject> set(JsonObject body, String from) {
    return reading(() -> BackendChange.of(body))
        .compose(
            command ->
                push.push(
                    new Change(null, false, new Who(from, from), newest -> set(command, newest))))
        .map(outcome -> new JsonObject().put("revision", outcome.revision().revision()));
  }

  private Future<Draft> set(BackendChange command, Revision newest) {
    return local
        .loadAsWritten(newest.format(), newest.text())
        .compose(
            config ->
                vertx.executeBlocking(() -> command.applyTo(newest, config, local::isDiscovered)));
  }

  /** {@code {revision?}} -> the document and who, when. */
  public Future<JsonObject> get(JsonObject json) {
    return reading(() -> CommandBodies.get(json).getLong("revision"))
        .compose(revision -> revision == null ? newest() : past(revision))
        .compose(
            revision ->
                local
                    .load(revision.format(), revision.text())
                    .map(ConfigJson::dynamicPart)
                    .otherwiseEmpty()
                    .map(config -> RevisionJson.whole(revision, config)));
  }

  /** {@code {history: [...]}}, the newest first. */
  public Future<JsonObject> history() {
    return store
        .history()
        .map(
            history -> {
              JsonArray array = new JsonArray();
              history.forEach(past -> array.add(entry(past)));
              return new JsonObject().put("history", array);
            });
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
        .map(
            history ->
                history.stream()
                    .filter(past -> past.revision().revision() == revision)
                    .min((one, other) -> Boolean.compare(one.superseded(), other.superseded()))
                    .map(PastRevision::revision)
                    .orElseThrow(() -> unknown(revision)));
  }

  private static CommandException unknown(long revision) {
    CommandProblem problem =
        CommandProblem.of(
            "revision", revision + " (expected: one of the last " + ConfigStore.KEPT + ")");
    return new CommandException(CommandException.NOT_FOUND, List.of(problem));
  }

  private Future<JsonObject> change(Change change) {
    return push.push(change).compose(outcome -> answer(change, outcome));
  }

  private Future<JsonObject> answer(Change change, Outcome outcome) {
    Revision inForce = change.dryRun() ? outcome.before() : outcome.revision();
    return undone(outcome.before().settings(), outcome.revision())
        .map(
            undone ->
                new JsonObject()
                    .put("revision", inForce.revision())
                    .put("applied", names(outcome.applied()))
                    .put("missing", missing(outcome.missing()))
                    .put("undone", undone));
  }

  /** What was set and is not in {@code revision}; never fails, because the revision stands. */
  private Future<JsonArray> undone(List<BackendSetting> before, Revision revision) {
    return before.isEmpty()
        ? Future.succeededFuture(new JsonArray())
        : local
            .loadAsWritten(revision.format(), revision.text())
            .map(config -> undone(before, config))
            .otherwise(new JsonArray());
  }

  private static JsonArray names(List<MemberInfo> members) {
    return new JsonArray(members.stream().map(MemberInfo::name).sorted().toList());
  }

  private static JsonArray missing(List<ConfigPush.Missing> members) {
    JsonArray array = new JsonArray();
    members.forEach(
        each ->
            array.add(
                new JsonObject()
                    .put("member", each.member().name())
                    .put("message", each.message())));
    return array;
  }

  private static JsonArray undone(List<BackendSetting> before, FairleadConfig config) {
    JsonArray array = new JsonArray();
    before.stream()
        .filter(setting -> !setting.isIn(config))
        .forEach(setting -> array.add(setting.toJson()));
    return array;
  }

  private static JsonObject entry(PastRevision past) {
    return RevisionJson.head(past.revision())
        .put("parent", past.revision().parent())
        .put("superseded", past.superseded());
  }

  /** What is thrown while a body is read is the answer. */
  private static <T> Future<T> reading(Callable<T> body) {
    try {
      return Future.succeededFuture(body.call());
    } catch (CommandException e) {
      return Future.failedFuture(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
