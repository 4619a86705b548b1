package dev.fairlead.event;

import dev.fairlead.event.CommandException.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which keys a command has, and what fits them. Immutable. */
final class CommandShape {
  private static final int MAX_SHOWN_CHARS = 100;
  private static final int MAX_TEXT_CHARS = 300;

  private final Map<String, Key> keys;

  private CommandShape(Map<String, Key> keys) {
    this.keys = keys;
  }

  /**
   * @param required false = it may be left out, or null
   */
  private record Key(boolean required, Kind kind) {}

  /**
   * A kind of value.
   *
   * @param expected it, in words
   */
  record Kind(String expected, Predicate<Object> fits) {
    static Kind text() {
      return new Kind(
          "a text of 1 to " + MAX_TEXT_CHARS + " characters",
          value ->
              value instanceof String text
                  && !text.isBlank()
                  && text.length() <= MAX_TEXT_CHARS
                  && text.chars().noneMatch(Character::isISOControl));
    }

    static Kind bool() {
      return new Kind("true or false", Boolean.class::isInstance);
    }

    /** A whole number from {@code min} to {@code max}, both included. */
    static Kind number(long min, long max) {
      return new Kind(
          max == Long.MAX_VALUE ? "a whole number, " + min + " or more" : min + " to " + max,
          value ->
              (value instanceof Integer || value instanceof Long)
                  && ((Number) value).longValue() >= min
                  && ((Number) value).longValue() <= max);
    }

    static Kind word(List<String> words) {
      return new Kind("one of " + String.join(", ", words), words::contains);
    }
  }

  static CommandShape empty() {
    return new CommandShape(Map.of());
  }

  CommandShape required(String key, Kind kind) {
    return with(key, new Key(true, kind));
  }

  CommandShape optional(String key, Kind kind) {
    return with(key, new Key(false, kind));
  }

  private CommandShape with(String name, Key key) {
    Map<String, Key> more = new LinkedHashMap<>(keys);
    more.put(name, key);
    return new CommandShape(more);
  }

  /** Everything that does not fit; empty = it is such a command. */
  List<Problem> problems(JsonObject command) {
    List<Problem> problems = new ArrayList<>();
    for (String name : command.fieldNames()) {
      if (!keys.containsKey(name)) {
        problems.add(Problem.of(cut(name), "unknown key (expected: " + knownKeys() + ")"));
      }
    }
    keys.forEach(
        (name, key) -> {
          Object value = command.getValue(name);
          if (value == null && key.required) {
            problems.add(Problem.of(name, "missing (expected: " + key.kind.expected + ")"));
          } else if (value != null && !key.kind.fits.test(value)) {
            problems.add(unfit(name, value, key.kind.expected));
          }
        });
    return problems;
  }

  private String knownKeys() {
    return keys.isEmpty() ? "none" : "one of " + String.join(", ", keys.keySet());
  }

  /** {@code 7 (expected: true or false)}. */
  static Problem unfit(String name, Object value, String expected) {
    return Problem.of(name, cut(Json.encode(value)) + " (expected: " + expected + ")");
  }

  private static String cut(String text) {
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }

  /**
   * The object that came as a body: as it is, or as JSON in a text or buffer; none is an empty one.
   *
   * @throws CommandException when it is something else
   */
  static JsonObject object(@Nullable Object body) {
    try {
      Object value = body instanceof String text ? Json.decodeValue(text) : body;
      value = value instanceof Buffer buffer ? Json.decodeValue(buffer) : value;
      if (value == null || value instanceof JsonObject) {
        return value == null ? new JsonObject() : (JsonObject) value;
      }
    } catch (DecodeException e) {
      throw new CommandException(
          CommandException.PROBLEMS, "not JSON (expected: a JSON object): " + e.getMessage());
    }
    throw new CommandException(CommandException.PROBLEMS, "(expected: a JSON object)");
  }
}
