package dev.fairlead.admin;

import dev.fairlead.event.Commands;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A cluster that records the commands, and answers as the test sets. */
public final class FakeCluster implements Commands {
  /** What was asked, in order. */
  public final List<Said> said = new CopyOnWriteArrayList<>();

  /** Answers everything but {@link #get} and {@link #history}; fails it when it is a refusal. */
  public volatile Future<JsonObject> answer =
      Future.succeededFuture(
          new JsonObject()
              .put("revision", 8)
              .put("applied", new JsonArray().add("m1").add("m2").add("m3"))
              .put("missing", new JsonArray())
              .put("undone", new JsonArray()));

  /** One command; {@code from} null = it has none. */
  public record Said(String command, JsonObject body, String from) {}

  /** The last command. */
  public Said last() {
    return said.get(said.size() - 1);
  }

  private Future<JsonObject> hear(String command, JsonObject body, String from) {
    said.add(new Said(command, body, from));
    return answer;
  }

  @Override
  public Future<JsonObject> push(JsonObject command, String from) {
    return hear("push", command, from);
  }

  @Override
  public Future<JsonObject> get(JsonObject command) {
    said.add(new Said("get", command, null));
    return answer.map(
        done -> revision(command.getLong("revision")).put("text", text(command)).putNull("config"));
  }

  private static JsonObject past(long number) {
    return revision(number).put("parent", "id-" + (number - 1)).put("superseded", number == 5);
  }

  private static String text(JsonObject command) {
    return "pools: []\n# revision " + command.getLong("revision") + "\n";
  }

  private static JsonObject revision(long number) {
    return new JsonObject()
        .put("revision", number)
        .put("id", "id-" + number)
        .put("time", "2026-11-22T09:0" + number + ":00.000Z")
        .put("author", "alice")
        .put("from", "http 127.0.0.1")
        .put("kind", number == 5 ? null : "push")
        .put("note", number == 5 ? null : "a note")
        .put("format", "yaml");
  }

  @Override
  public Future<JsonObject> history() {
    said.add(new Said("history", null, null));
    JsonArray revisions = new JsonArray().add(past(6)).add(past(5));
    return answer.map(done -> new JsonObject().put("history", revisions));
  }

  @Override
  public Future<JsonObject> rollback(JsonObject command, String from) {
    return hear("rollback", command, from);
  }

  @Override
  public Future<JsonObject> set(JsonObject command, String from) {
    return hear("set", command, from);
  }

  @Override
  public Future<Void> endSessions(JsonObject command, String from) {
    return hear("endSessions", command, from).mapEmpty();
  }

  @Override
  public Future<Void> shutdown(JsonObject command, String from) {
    return hear("shutdown", command, from).mapEmpty();
  }
}
