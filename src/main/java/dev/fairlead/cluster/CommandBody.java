package dev.fairlead.cluster;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandException.Problem;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The keys of a command, with everything that is wrong with them. One command, one thread. */
final class CommandBody {
  private final JsonObject body;
  private final Set<String> keys = new TreeSet<>();
  private final List<Problem> problems = new ArrayList<>();

  CommandBody(JsonObject body) {
    this.body = body;
  }

  /** Null when it is not there. */
  Object any(String key) {
    keys.add(key);
    return body.getValue(key);
  }

  /** Null when it is not there, or no text. */
  String text(String key) {
    return value(key, String.class, "a text");
  }

  /** Null when it is not there, or no whole number. */
  Long number(String key) {
    Number number = value(key, Number.class, "a whole number");
    if (number != null && number.doubleValue() != number.longValue()) {
      problem(key, number + " (expected: a whole number)");
      return null;
    }
    return number == null ? null : number.longValue();
  }

  /** False when it is not there. */
  boolean flag(String key) {
    return Boolean.TRUE.equals(value(key, Boolean.class, "true or false"));
  }

  /** What was read under {@code key} must be there. */
  void require(String key, String expected) {
    if (body.getValue(key) == null) {
      problem(key, "missing (expected: " + expected + ")");
    }
  }

  void problem(String key, String message) {
    problems.add(Problem.of(key, message));
  }

  /**
   * Ends the reading.
   *
   * @throws CommandException when there was a problem, or a key nobody asked for
   */
  void check() {
    for (String key : body.fieldNames()) {
      if (!keys.contains(key)) {
        problem(key, "unknown key (expected: " + String.join(", ", keys) + ")");
      }
    }
    if (!problems.isEmpty()) {
      throw new CommandException(CommandException.PROBLEMS, problems);
    }
  }

  private <T> T value(String key, Class<T> type, String expected) {
    Object value = any(key);
    if (value == null || type.isInstance(value)) {
      return type.cast(value);
    }
    problem(key, value + " (expected: " + expected + ")");
    return null;
  }
}
