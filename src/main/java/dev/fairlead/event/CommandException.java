package dev.fairlead.event;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

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
   * @param member the name of the member that refuses, null = the command itself is wrong
   */
  public record Problem(String path, int line, String message, String member) {
    public static Problem of(String path, String message) {
      return new Problem(path, 0, message, null);
    }

    JsonObject toJson() {
      JsonObject json = new JsonObject().put("path", path).put("message", message);
      if (line > 0) {
        json.put("line", line);
      }
      return member == null ? json : json.put("member", member);
    }
  }

  public CommandException(int code, List<Problem> problems) {
    super(problems.toString());
    this.code = code;
    this.problems = List.copyOf(problems);
  }

  public CommandException(int code, String message) {
    this(code, "", message);
  }

  public CommandException(int code, String path, String message) {
    this(code, List.of(Problem.of(path, message)));
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
