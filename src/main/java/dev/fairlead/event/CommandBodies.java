package dev.fairlead.event;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Durations;
import dev.fairlead.config.LimitSetting;
import dev.fairlead.config.LimitSetting.Owner;
import dev.fairlead.config.ListenerConfig.ListenerState;
import dev.fairlead.config.Problem;
import dev.fairlead.event.CommandShape.ValueKind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The schema of each command's body. Every method returns the command with its defaults filled in,
 * or throws a {@link CommandException} that names all wrong keys. Any thread.
 */
public final class CommandBodies {
  /** The author of a change that names none. */
  static final String AUTHOR = "bus";

  private static final Pattern LINE_AND_COLUMN = Pattern.compile("line: (\\d+), column: (\\d+)");

  private static final ValueKind REVISION = ValueKind.number(1, Long.MAX_VALUE);

  private static final ValueKind EXPECT = ValueKind.number(0, Long.MAX_VALUE);

  private static final ValueKind LIMIT = ValueKind.number(0, Integer.MAX_VALUE);

  private static final ValueKind FORMAT = ValueKind.labels(ConfigFormat.values());

  private static final ValueKind DURATION =
      new ValueKind(
          Durations.EXPECTED,
          value -> value instanceof String text && Durations.parse(text).isPresent());

  private static final CommandShape PUSH =
      CommandShape.empty()
          .required(
              "config",
              new ValueKind(
                  "a configuration, as an object or a text",
                  value -> value instanceof JsonObject || value instanceof String))
          .optional("format", FORMAT)
          .optional("expect", EXPECT)
          .optional("dryRun", ValueKind.bool())
          .optional("author", ValueKind.text())
          .optional("note", ValueKind.text());

  private static final CommandShape GET = CommandShape.empty().optional("revision", REVISION);

  private static final CommandShape ROLLBACK =
      CommandShape.empty()
          .required("revision", REVISION)
          .optional("expect", EXPECT)
          .optional("author", ValueKind.text())
          .optional("note", ValueKind.text());

  private static final CommandShape SET =
      CommandShape.empty()
          .required("pool", ValueKind.text())
          .required("backend", ValueKind.text())
          .optional("weight", ValueKind.number(0, BackendConfig.MAX_WEIGHT))
          .optional("state", ValueKind.labels(BackendConfig.State.values()))
          .optional("maxConnections", LIMIT)
          .optional("expect", EXPECT)
          .optional("author", ValueKind.text())
          .optional("note", ValueKind.text());

  private static final CommandShape SHUTDOWN =
      CommandShape.empty().required("member", ValueKind.text()).optional("grace", DURATION);

  private static final CommandShape END_SESSIONS =
      CommandShape.empty()
          .required("pool", ValueKind.text())
          .optional("backend", ValueKind.text())
          .optional("over", DURATION)
          .optional("minAge", DURATION);

  private static final CommandShape END_OF_LISTENER =
      CommandShape.empty().required("listener", ValueKind.text()).optional("over", DURATION);

  private CommandBodies() {}

  /** The JSON object of an object, a string or a buffer; null is an empty one, else refused. */
  public static JsonObject object(@Nullable Object body) {
    try {
      Object value = body instanceof String text ? Json.decodeValue(text) : body;
      value = value instanceof Buffer buffer ? Json.decodeValue(buffer) : value;
      if (value == null || value instanceof JsonObject) {
        return value == null ? new JsonObject() : (JsonObject) value;
      }
    } catch (DecodeException e) {
      throw new CommandException(
          CommandException.PROBLEMS, "not JSON (expected: a JSON object)" + place(e));
    }
    throw new CommandException(CommandException.PROBLEMS, "(expected: a JSON object)");
  }

  /** Where the parser stopped; its message says much about the parser and little to a user. */
  private static String place(DecodeException e) {
    Matcher place = LINE_AND_COLUMN.matcher(String.valueOf(e.getMessage()));
    return place.find() ? ": line " + place.group(1) + ", column " + place.group(2) : "";
  }

  /** Of {@code fairlead.config.push}; an object needs no {@code format}, it is JSON. */
  public static JsonObject push(JsonObject body) {
    List<CommandProblem> problems = PUSH.problems(body);
    Object config = body.getValue("config");
    String json = ConfigFormat.JSON.label();
    Object format = body.getValue("format");
    if (config instanceof String && format == null) {
      problems.add(CommandShape.missing("format", FORMAT));
    } else if (config instanceof JsonObject && format != null && !format.equals(json)) {
      problems.add(CommandShape.unfit("format", format, json + ", as config is an object"));
    }
    refuse(problems);
    return withAuthor(config instanceof String ? body : body.copy().put("format", json));
  }

  /** Of {@code fairlead.config.get}. */
  public static JsonObject get(JsonObject body) {
    refuse(GET.problems(body));
    return body;
  }

  /** Of {@code fairlead.config.history}. */
  public static JsonObject history(JsonObject body) {
    refuse(CommandShape.empty().problems(body));
    return body;
  }

  /** Of {@code fairlead.config.rollback}. */
  public static JsonObject rollback(JsonObject body) {
    refuse(ROLLBACK.problems(body));
    return withAuthor(body);
  }

  /** Of {@code fairlead.backend.set}. */
  public static JsonObject set(JsonObject body) {
    for (Owner owner : Owner.values()) {
      if (owner.isMeantBy(body)) {
        return limits(owner, body);
      }
    }
    List<CommandProblem> problems = SET.problems(body);
    if (Stream.of("weight", "state", "maxConnections").allMatch(key -> isAbsent(body, key))) {
      problems.add(
          CommandProblem.of("", "nothing to set (expected: weight, state or maxConnections)"));
    }
    refuse(problems);
    return withAuthor(body);
  }

  /** The same for limits of a listener or pool. */
  public static JsonObject limits(Owner owner, JsonObject body) {
    CommandShape shape = CommandShape.empty().required(owner.label(), ValueKind.text());
    for (String key : owner.keys()) {
      shape = shape.optional(key, LIMIT);
    }
    if (owner == Owner.LISTENER) {
      shape = shape.optional(LimitSetting.STATE, ValueKind.labels(ListenerState.values()));
    }
    List<CommandProblem> problems =
        shape
            .optional("expect", EXPECT)
            .optional("author", ValueKind.text())
            .optional("note", ValueKind.text())
            .problems(body);
    if (owner.settable().stream().allMatch(key -> isAbsent(body, key))) {
      String keys = String.join(", ", owner.settable());
      problems.add(CommandProblem.of("", "nothing to set (expected: one of " + keys + ")"));
    }
    refuse(problems);
    return withAuthor(body);
  }

  private static boolean isAbsent(JsonObject body, String key) {
    return body.getValue(key) == null;
  }

  /** Of {@code fairlead.shutdown}. */
  public static JsonObject shutdown(JsonObject body) {
    refuse(SHUTDOWN.problems(body));
    return body;
  }

  /** Of {@code fairlead.sessions.end}. */
  public static JsonObject endSessions(JsonObject body) {
    boolean ofListener = body.getValue("listener") != null;
    List<CommandProblem> problems = (ofListener ? END_OF_LISTENER : END_SESSIONS).problems(body);
    if (!ofListener && body.getValue("over") != null && body.getValue("backend") == null) {
      problems.add(CommandProblem.of("over", "unknown key (expected: with backend)"));
    }
    if (body.getValue("minAge") != null && body.getValue("backend") != null) {
      problems.add(CommandProblem.of("minAge", "unknown key (expected: without backend)"));
    }
    refuse(problems);
    return body;
  }

  /** {@code shutdown of member m2, grace 30s}: any body in words, for the log. */
  public static String shutdownText(JsonObject body) {
    String member = String.valueOf(body.getValue("member"));
    String whom = member.equals("*") ? "all members" : "member " + Problem.oneLine(member);
    Object grace = body.getValue("grace");
    String shown = grace == null ? "as configured" : Problem.oneLine(grace.toString());
    return "shutdown of " + whom + ", grace " + shown;
  }

  private static JsonObject withAuthor(JsonObject body) {
    return body.getValue("author") == null ? body.copy().put("author", AUTHOR) : body;
  }

  private static void refuse(List<CommandProblem> problems) {
    if (!problems.isEmpty()) {
      throw new CommandException(CommandException.PROBLEMS, problems);
    }
  }
}
