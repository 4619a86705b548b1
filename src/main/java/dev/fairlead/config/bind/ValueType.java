package dev.fairlead.config.bind;

import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.text.Tree;
import java.util.Optional;
import java.util.function.Function;

/**
 * The type of a key's value: reads a scalar. Immutable, any thread.
 *
 * @param <T> of the value in a record
 */
@FunctionalInterface
interface ValueType<T> {
  ParsedValue<T> read(Tree.Scalar scalar);

  /** The same, converted. */
  default <U> ValueType<U> map(Function<T, U> change) {
    return scalar -> read(scalar).map(change);
  }

  /** The same, or {@code null}, which is empty. */
  default ValueType<Optional<T>> orNull() {
    return scalar ->
        scalar.isNull()
            ? ParsedValue.of(Optional.empty())
            : read(scalar).map(Optional::of).mapExpected(expected -> expected + ", or null");
  }

  /** The same, or {@code word} for {@code value}. */
  default ValueType<T> or(String word, T value) {
    return scalar ->
        scalar.is(word)
            ? ParsedValue.of(value)
            : read(scalar).mapExpected(expected -> word + ", or " + expected);
  }
}
