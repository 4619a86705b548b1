package dev.fairlead.testkit;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Records the commands and answers as the test sets; by default with the command itself. */
public final class FakeCommands implements Commands {
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile Function<JsonObject, Future<JsonObject>> answer = Future::succeededFuture;

  /** A recorded command; {@code from} is null where the command has none. */
  public record Call(String name, JsonObject command, String from) {}

  public List<Call> calls() {
    return calls;
  }

  public void answer(Function<JsonObject, Future<JsonObject>> next) {
    answer = next;
  }

  public void refuse(CommandException refusal) {
    answer(command -> Future.failedFuture(refusal));
  }

  private Future<JsonObject> call(String name, JsonObject command, String from) {
    calls.add(new Call(name, command, from));
    return answer.apply(command);
  }

  @Override
  public Future<JsonObject> push(JsonObject command, String from) {
    return call("push", command, from);
  }

  @Override
  public Future<JsonObject> get(JsonObject command) {
    return call("get", command, null);
  }

  @Override
  public Future<JsonObject> history() {
    return call("history", new JsonObject(), null);
  }

  @Override
  public Future<JsonObject> rollback(JsonObject command, String from) {
    return call("rollback", command, from);
  }

  @Override
  public Future<JsonObject> set(JsonObject command, String from) {
    return call("set", command, from);
  }

  @Override
  public Future<Void> endSessions(JsonObject command, String from) {
    return call("endSessions", command, from).mapEmpty();
  }

  @Override
  public Future<Void> shutdown(JsonObject command, String from) {
    return call("shutdown", command, from).mapEmpty();
  }
}
