package dev.fairlead.event;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * What a cluster obeys, however it is said: over the event bus, over HTTP, or by a file that
 * changed. Bodies and answers are those of the event bus addresses. Every method may be called from
 * any thread; a refusal is a {@link CommandException}.
 */
public interface Commands {

  /**
   * {@code {config, format, expect?, dryRun?, author?}} -> {@code {revision, applied, missing,
   * undone}}.
   *
   * @param from where it came from, for the history: {@code http 127.0.0.1}
   */
  Future<JsonObject> push(JsonObject command, String from);

  /** {@code {revision?}} -> that revision with its document, without one the newest. */
  Future<JsonObject> get(JsonObject command);

  /** {@code {history: [...]}}, the newest first, without their texts. */
  Future<JsonObject> history();

  /** {@code {revision, author?}} -> as {@link #push}; makes a new revision. */
  Future<JsonObject> rollback(JsonObject command, String from);

  /** {@code {pool, backend, weight?, state?}} -> {@code {revision}}. */
  Future<JsonObject> set(JsonObject command, String from);

  /** {@code {member: id, name or "*", grace?}}; succeeds when it is said, not when it is done. */
  Future<Void> shutdown(JsonObject command, String from);
}
