package dev.fairlead.event;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command was refused. {@link #code} and {@link #toJson} are the answer, on the bus and over
 * HTTP.
 */
public final class CommandException extends RuntimeException {
  /** The signature is missing, wrong, too old or was used before. */
  public static final int UNSIGNED = 401;

  /** What the command names is not there. */
  public static final int NOT_FOUND = 404;

  /** Somebody else changed the configuration first. */
  public static final int CONFLICT = 409;

  /** The command or its document has problems. */
  public static final int PROBLEMS = 422;

  /** A member did not answer. */
  public static final int NO_ANSWER = 503;

  private static final long serialVersionUID = 1L;

  private final int code;
  private final transient List<Problem> problems;

  /**
   * One thing that is wrong.
   *
   * @param path of the key, empty = the whole
   * @param line in the document, 0 = not known
   * @param member the name of the member that refuses, absent when the command itself is wrong
   */
  public record Problem(String path, int line, String message, @Nullable String member) {
    public static Problem of(String path, String message) {
      return new Problem(path, 0, message, null);
    }

    /** {@code member NAME: path: message}, without the parts that are not there. */
    @Override
    public String toString() {
      String where = path.isEmpty() ? message : path + ": " + message;
      String who = "member " + member + ": ";
      return member == null || message.startsWith(who) ? where : who + where;
    }

    private static Problem of(JsonObject json) {
      return new Problem(
          json.getString("path"),
          json.getInteger("line", 0),
          json.getString("message"),
          json.getString("member"));
    }

    private Problem ofMember(String name) {
      return new Problem(path, line, message, name);
    }

    private JsonObject toJson() {
      JsonObject json = new JsonObject().put("path", path).put("message", message);
      if (line > 0) {
        json.put("line", line);
      }
      return member == null ? json : json.put("member", member);
    }
  }

  public CommandException(int code, List<Problem> problems) {
    super(String.join("; ", problems.stream().map(Problem::toString).toList()));
    this.code = code;
    this.problems = List.copyOf(problems);
  }

  public CommandException(int code, String message) {
    this(code, "", message);
  }

  public CommandException(int code, String path, String message) {
    this(code, List.of(Problem.of(path, message)));
  }

  /** The refusal that {@link #toJson} of another member wrote. */
  public static CommandException of(int code, String json) {
    return new CommandException(
        code,
        new JsonObject(json)
            .getJsonArray("problems").stream().map(each -> Problem.of((JsonObject) each)).toList());
  }

  /** The same, said by the member of that name. */
  public CommandException ofMember(String name) {
    return new CommandException(
        code, problems.stream().map(problem -> problem.ofMember(name)).toList());
  }

  public int code() {
    return code;
  }

  public List<Problem> problems() {
    return problems;
  }

  /** {@code {problems: [{path, message, line?, member?}]}}. */
  public JsonObject toJson() {
    JsonArray array = new JsonArray();
    problems.forEach(problem -> array.add(problem.toJson()));
    return new JsonObject().put("problems", array);
  }
}
