package dev.fairlead.config.bind;

import dev.fairlead.config.text.Tree;
import java.util.Optional;
import java.util.function.Function;

/**
 * One kind of value a key can have. Immutable.
 *
 * @param <T> what it becomes
 */
@FunctionalInterface
public interface ValueType<T> {

  Outcome<T> read(Tree.Scalar scalar);

  /**
   * Either a value or what was expected instead.
   *
   * @param value may be null, when {@code expected} is null
   * @param expected null = it was read
   */
  record Outcome<T>(T value, String expected) {
    public static <T> Outcome<T> of(T value) {
      return new Outcome<>(value, null);
    }

    public static <T> Outcome<T> expected(String expected) {
      return new Outcome<>(null, expected);
    }

    public boolean isRead() {
      return expected == null;
    }
  }

  /** The same, turned into something else. */
  default <U> ValueType<U> map(Function<T, U> change) {
    return scalar -> {
      Outcome<T> outcome = read(scalar);
      return outcome.isRead()
          ? Outcome.of(change.apply(outcome.value()))
          : Outcome.expected(outcome.expected());
    };
  }

  /** The same, or {@code null} for none. */
  default ValueType<T> orNull() {
    return scalar -> {
      if (scalar.isNull()) {
        return Outcome.of(null);
      }
      Outcome<T> outcome = read(scalar);
      return outcome.isRead() ? outcome : Outcome.expected(outcome.expected() + ", or null");
    };
  }

  /** The same, or {@code word} for {@code value}; {@code false} stands for the word {@code off}. */
  default ValueType<T> or(String word, T value) {
    return scalar -> {
      boolean off = word.equals("off") && scalar.asBoolean().equals(Optional.of(false));
      if (off || (scalar.isText() && scalar.text().equals(word))) {
        return Outcome.of(value);
      }
      Outcome<T> outcome = read(scalar);
      return outcome.isRead() ? outcome : Outcome.expected(word + ", or " + outcome.expected());
    };
  }
}
