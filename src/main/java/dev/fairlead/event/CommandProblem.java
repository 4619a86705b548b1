package dev.fairlead.event;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a command. Immutable.
 *
 * @param path of the key, empty = the whole command
 * @param line in the document, 0 = unknown
 * @param member the name of the member that refuses, absent if the command itself is wrong
 */
public record CommandProblem(String path, int line, String message, @Nullable String member) {
  /** A problem of the command itself, without a line. */
  public static CommandProblem of(String path, String message) {
    return new CommandProblem(path, 0, message, null);
  }

  static CommandProblem of(JsonObject json) {
    return new CommandProblem(
        json.getString("path"),
        json.getInteger("line", 0),
        json.getString("message"),
        json.getString("member"));
  }

  CommandProblem ofMember(String name) {
    return new CommandProblem(path, line, message, name);
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject().put("path", path).put("message", message);
    if (line > 0) {
      json.put("line", line);
    }
    return member == null ? json : json.put("member", member);
  }

  /** {@code member NAME: path: message}; absent parts are left out. */
  @Override
  public String toString() {
    String where = path.isEmpty() ? message : path + ": " + message;
    return memberPrefix() + where;
  }

  /** {@code member NAME: }, empty if there is no member or the message begins so itself. */
  public String memberPrefix() {
    String prefix = "member " + member + ": ";
    return member == null || message.startsWith(prefix) ? "" : prefix;
  }
}
