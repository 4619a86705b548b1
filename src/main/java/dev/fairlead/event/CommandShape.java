package dev.fairlead.event;

import dev.fairlead.config.Labelled;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The keys of a command and the values they take. Immutable. */
record CommandShape(Map<String, KeyRule> keys) {
  private static final int MAX_SHOWN_CHARS = 100;
  private static final int MAX_TEXT_CHARS = 300;

  /** A key that is not required may be absent or null. */
  record KeyRule(boolean required, ValueKind kind) {}

  /** A set of values, with its description in a problem. */
  record ValueKind(String expected, Predicate<Object> fits) {
    static ValueKind text() {
      return new ValueKind(
          "a text of 1 to " + MAX_TEXT_CHARS + " characters",
          value ->
              value instanceof String text
                  && !text.isBlank()
                  && text.length() <= MAX_TEXT_CHARS
                  && text.chars().noneMatch(Character::isISOControl));
    }

    static ValueKind bool() {
      return new ValueKind("true or false", Boolean.class::isInstance);
    }

    /** A whole number from {@code min} to {@code max}, both included. */
    static ValueKind number(long min, long max) {
      return new ValueKind(
          max == Long.MAX_VALUE ? "a whole number, " + min + " or more" : min + " to " + max,
          value ->
              (value instanceof Integer || value instanceof Long)
                  && ((Number) value).longValue() >= min
                  && ((Number) value).longValue() <= max);
    }

    static ValueKind labels(Labelled[] values) {
      List<String> words = Stream.of(values).map(Labelled::label).toList();
      return new ValueKind("one of " + String.join(", ", words), words::contains);
    }
  }

  static CommandShape empty() {
    return new CommandShape(Map.of());
  }

  CommandShape required(String key, ValueKind kind) {
    return with(key, new KeyRule(true, kind));
  }

  CommandShape optional(String key, ValueKind kind) {
    return with(key, new KeyRule(false, kind));
  }

  private CommandShape with(String name, KeyRule key) {
    Map<String, KeyRule> more = new LinkedHashMap<>(keys);
    more.put(name, key);
    return new CommandShape(more);
  }

  /** All mismatches; empty = the command has this shape. */
  List<CommandProblem> problems(JsonObject command) {
    List<CommandProblem> problems = new ArrayList<>();
    for (String name : command.fieldNames()) {
      if (!keys.containsKey(name)) {
        problems.add(CommandProblem.of(cut(name), "unknown key (expected: " + knownKeys() + ")"));
      }
    }
    keys.forEach(
        (name, key) -> {
          Object value = command.getValue(name);
          if (value == null && key.required) {
            problems.add(missing(name, key.kind));
          } else if (value != null && !key.kind.fits.test(value)) {
            problems.add(unfit(name, value, key.kind.expected));
          }
        });
    return problems;
  }

  private String knownKeys() {
    return keys.isEmpty() ? "none" : "one of " + String.join(", ", keys.keySet());
  }

  static CommandProblem missing(String name, ValueKind kind) {
    return CommandProblem.of(name, "missing (expected: " + kind.expected + ")");
  }

  /** {@code 7 (expected: true or false)}. */
  static CommandProblem unfit(String name, Object value, String expected) {
    return CommandProblem.of(name, cut(Json.encode(value)) + " (expected: " + expected + ")");
  }

  private static String cut(String text) {
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }
}
