package dev.fairlead.admin;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandException.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON object that a request carries, read strictly: every unknown key, wrong type and missing
 * key is a problem of its own.
 */
final class CommandBody {
  private static final int MAX_SHOWN_CHARS = 100;

  private final Map<String, Kind> optional = new LinkedHashMap<>();
  private final Map<String, Kind> required = new LinkedHashMap<>();

  private enum Kind {
    TEXT("a text"),
    NUMBER("a whole number");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    boolean fits(Object value) {
      return this == TEXT
          ? value instanceof String
          : value instanceof Integer || value instanceof Long;
    }
  }

  CommandBody text(String key) {
    optional.put(key, Kind.TEXT);
    return this;
  }

  CommandBody number(String key) {
    optional.put(key, Kind.NUMBER);
    return this;
  }

  CommandBody requiredText(String key) {
    required.put(key, Kind.TEXT);
    return this;
  }

  CommandBody requiredNumber(String key) {
    required.put(key, Kind.NUMBER);
    return this;
  }

  /**
   * The body of {@code ctx}, which has these keys and no others.
   *
   * @throws CommandException 415 when it is not said to be JSON, 422 with every problem
   */
  JsonObject read(RoutingContext ctx) {
    MediaType.demand(ctx, MediaType.JSON);
    JsonObject body = parse(ctx.body().buffer());
    List<Problem> problems = new ArrayList<>();
    body.forEach(entry -> check(entry.getKey(), entry.getValue(), problems));
    for (String key : required.keySet()) {
      if (!body.containsKey(key)) {
        problems.add(Problem.of(key, "is missing (expected: " + required.get(key).label + ")"));
      }
    }
    if (!problems.isEmpty()) {
      throw new CommandException(CommandException.PROBLEMS, problems);
    }
    return body;
  }

  private static JsonObject parse(Buffer body) {
    try {
      if (body != null) {
        return new JsonObject(body);
      }
    } catch (DecodeException e) {
      // Told below; the parser's own words say nothing that the sender could not see.
    }
    throw new CommandException(
        CommandException.PROBLEMS, "the body is not understood (expected: a JSON object)");
  }

  private void check(String key, Object value, List<Problem> problems) {
    Kind kind = required.getOrDefault(key, optional.get(key));
    if (kind == null) {
      problems.add(Problem.of(key, "unknown key (expected: " + String.join(", ", keys()) + ")"));
    } else if (!kind.fits(value)) {
      problems.add(Problem.of(key, shown(value) + " (expected: " + kind.label + ")"));
    }
  }

  private List<String> keys() {
    List<String> keys = new ArrayList<>(required.keySet());
    keys.addAll(optional.keySet());
    return keys;
  }

  private static String shown(Object value) {
    String text = String.valueOf(value);
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }
}
