package dev.fairlead.event;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * The commands of a cluster, whether they come over the event bus, over HTTP or from a changed
 * file. Bodies and replies are those of the event bus addresses. Every method may be called from
 * any thread; a refusal is a {@link CommandException}.
 */
public interface Commands {

  /**
   * {@code {config, format, expect?, dryRun?, author?, note?}} -> {@code {revision, unchanged?,
   * applied, missing, undone}}.
   *
   * @param from the origin shown in the history: {@code http 127.0.0.1}
   */
  Future<JsonObject> push(JsonObject command, String from);

  /** {@code {revision?}} -> that revision, or the newest, with its document. */
  Future<JsonObject> get(JsonObject command);

  /** {@code {history: [...]}}: newest first, without the documents. */
  Future<JsonObject> history();

  /** {@code {revision, expect?, author?, note?}} -> as {@link #push}; makes a new revision. */
  Future<JsonObject> rollback(JsonObject command, String from);

  /**
   * {@code {pool, backend, weight?, state?, expect?, author?, note?}} -> {@code {revision,
   * unchanged?, rewritten?}}.
   */
  Future<JsonObject> set(JsonObject command, String from);

  /**
   * {@code {pool, backend?, over?, minAge?}}: every member ends its sessions of that backend,
   * evenly over that time; without a backend those above its share that are so old, of each backend
   * of the pool. {@code {listener, over?}}: those of that listener. Succeeds when the command is
   * sent, not when it is done.
   */
  Future<Void> endSessions(JsonObject command, String from);

  /**
   * {@code {member: id, name or "*", grace?}}; succeeds when the command is sent, not when it is
   * done.
   */
  Future<Void> shutdown(JsonObject command, String from);
}
