package dev.fairlead.member;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** Refuses every command: this member has nobody to carry one out. Any thread. */
final class NoCluster implements Commands {

  @Override
  public Future<JsonObject> push(JsonObject command, String from) {
    return refused();
  }

  @Override
  public Future<JsonObject> get(JsonObject command) {
    return refused();
  }

  @Override
  public Future<JsonObject> history() {
    return refused();
  }

  @Override
  public Future<JsonObject> rollback(JsonObject command, String from) {
    return refused();
  }

  @Override
  public Future<JsonObject> set(JsonObject command, String from) {
    return refused();
  }

  @Override
  public Future<Void> shutdown(JsonObject command, String from) {
    return refused();
  }

  private static <T> Future<T> refused() {
    return Future.failedFuture(
        new CommandException(CommandException.NO_ANSWER, "this member takes no commands"));
  }
}
