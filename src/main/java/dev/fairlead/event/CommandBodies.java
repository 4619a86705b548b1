package dev.fairlead.event;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Durations;
import dev.fairlead.event.CommandException.Problem;
import dev.fairlead.event.CommandShape.Kind;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the body of each command looks like. Every method gives the command with its defaults, or
 * throws a {@link CommandException} that names all keys that are wrong.
 */
public final class CommandBodies {
  /** The author of a change that does not name one. */
  static final String AUTHOR = "bus";

  private static final Kind REVISION = Kind.number(1, Long.MAX_VALUE);

  private static final List<String> FORMATS =
      Stream.of(ConfigFormat.values()).map(ConfigFormat::label).toList();

  private static final CommandShape PUSH =
      CommandShape.empty()
          .required(
              "config",
              new Kind(
                  "a configuration, as an object or a text",
                  value -> value instanceof JsonObject || value instanceof String))
          .optional("format", Kind.word(FORMATS))
          .optional("expect", Kind.number(0, Long.MAX_VALUE))
          .optional("dryRun", Kind.bool())
          .optional("author", Kind.text());

  private static final CommandShape GET = CommandShape.empty().optional("revision", REVISION);

  private static final CommandShape ROLLBACK =
      CommandShape.empty().required("revision", REVISION).optional("author", Kind.text());

  private static final CommandShape SET =
      CommandShape.empty()
          .required("pool", Kind.text())
          .required("backend", Kind.text())
          .optional("weight", Kind.number(0, BackendConfig.MAX_WEIGHT))
          .optional(
              "state",
              Kind.word(
                  Stream.of(BackendConfig.State.values())
                      .map(BackendConfig.State::label)
                      .toList()));

  private static final CommandShape SHUTDOWN =
      CommandShape.empty()
          .required("member", Kind.text())
          .optional(
              "grace",
              new Kind(
                  Durations.EXPECTED,
                  value -> value instanceof String text && Durations.parse(text).isPresent()));

  private CommandBodies() {}

  /**
   * The JSON object that came as a body: as it is, or in a text or buffer; none is an empty one.
   */
  public static JsonObject object(@Nullable Object body) {
    return CommandShape.object(body);
  }

  /** Of {@code fairlead.config.push}; an object needs no {@code format}, it is JSON. */
  public static JsonObject push(JsonObject body) {
    List<Problem> problems = PUSH.problems(body);
    Object config = body.getValue("config");
    String json = ConfigFormat.JSON.label();
    Object format = body.getValue("format");
    if (config instanceof String && format == null) {
      problems.add(
          Problem.of("format", "missing (expected: one of " + String.join(", ", FORMATS) + ")"));
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
    List<Problem> problems = SET.problems(body);
    if (body.getValue("weight") == null && body.getValue("state") == null) {
      problems.add(Problem.of("", "nothing to set (expected: weight, state, or both)"));
    }
    refuse(problems);
    return body;
  }

  /** Of {@code fairlead.shutdown}. */
  public static JsonObject shutdown(JsonObject body) {
    refuse(SHUTDOWN.problems(body));
    return body;
  }

  private static JsonObject withAuthor(JsonObject body) {
    return body.getValue("author") == null ? body.copy().put("author", AUTHOR) : body;
  }

  private static void refuse(List<Problem> problems) {
    if (!problems.isEmpty()) {
      throw new CommandException(CommandException.PROBLEMS, problems);
    }
  }
}
