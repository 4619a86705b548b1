package dev.fairlead.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * The value of a text, or what was expected instead, as {@code 0 to 65535}: exactly one of them.
 */
public record ParsedValue<T>(Optional<T> value, Optional<String> expected) {

  public static <T> ParsedValue<T> of(T value) {
    return new ParsedValue<>(Optional.of(value), Optional.empty());
  }

  public static <T> ParsedValue<T> expected(String expected) {
    return new ParsedValue<>(Optional.empty(), Optional.of(expected));
  }

  /** The value, or {@code expected} where there is none. */
  public static <T> ParsedValue<T> of(Optional<T> value, String expected) {
    return value.isPresent() ? of(value.get()) : expected(expected);
  }

  public <U> ParsedValue<U> map(Function<T, U> change) {
    return new ParsedValue<>(value.map(change), expected);
  }

  /** What was expected is changed, where there is no value. */
  public ParsedValue<T> mapExpected(Function<String, String> change) {
    return new ParsedValue<>(value, expected.map(change));
  }
}
