package dev.fairlead.event;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command was refused. {@link #code} and {@link #toJson} are the reply, on the event bus and over
 * HTTP.
 */
public final class CommandException extends RuntimeException {
  /** The signature is missing, wrong, too old or was used before. */
  public static final int UNSIGNED = 401;

  /** The command names something that does not exist. */
  public static final int NOT_FOUND = 404;

  /** The configuration was changed by another command first. */
  public static final int CONFLICT = 409;

  /** The command or its document has problems. */
  public static final int PROBLEMS = 422;

  /** A member did not answer. */
  public static final int NO_ANSWER = 503;

  private static final long serialVersionUID = 1L;

  private final int code;
  private final transient List<CommandProblem> problems;

  public CommandException(int code, List<CommandProblem> problems) {
    super(String.join("; ", problems.stream().map(CommandProblem::toString).toList()));
    this.code = code;
    this.problems = List.copyOf(problems);
  }

  public CommandException(int code, String message) {
    this(code, "", message);
  }

  public CommandException(int code, String path, String message) {
    this(code, List.of(CommandProblem.of(path, message)));
  }

  /** Parses what {@link #toJson} of another member wrote. */
  public static CommandException of(int code, String json) {
    Stream<Object> problems = new JsonObject(json).getJsonArray("problems").stream();
    return new CommandException(
        code, problems.map(each -> CommandProblem.of((JsonObject) each)).toList());
  }

  /** The same refusal, attributed to the member of that name. */
  public CommandException ofMember(String name) {
    return new CommandException(
        code, problems.stream().map(problem -> problem.ofMember(name)).toList());
  }

  public int code() {
    return code;
  }

  public List<CommandProblem> problems() {
    return problems;
  }

  /** {@code {problems: [{path, message, line?, member?}]}}. */
  public JsonObject toJson() {
    List<JsonObject> array = problems.stream().map(CommandProblem::toJson).toList();
    return new JsonObject().put("problems", new JsonArray(array));
  }
}
