package dev.fairlead.config.bind;

import dev.fairlead.config.ByteSizes;
import dev.fairlead.config.Durations;
import dev.fairlead.config.Labelled;
import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.text.Tree;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The type of a key's value: reads a scalar. {@link AddressTypes} has those of addresses.
 * Immutable.
 */
@FunctionalInterface
interface ValueType<T> {
  /** Space in a Linux socket address, without the closing NUL. */
  int MAX_SOCKET_PATH_BYTES = 107;

  /** Longer ones no system call takes. */
  int MAX_PATH_CHARS = 4095;

  Pattern PERCENTAGE = Pattern.compile("(\\d{1,3})%");
  Pattern POSITIVE_DURATION = Pattern.compile("(?=.*[1-9])" + Durations.WRITTEN.pattern());
  Pattern NAME = Pattern.compile("[^\\s/\\p{C}]{1,100}");

  /**
   * What every dialect of regular expressions reads of {@link #NAME}. A character of it is two for
   * those that count units of UTF-16.
   */
  Pattern NAME_OF_SCHEMA = Pattern.compile("[^\\x00-\\x20/\\x7f-\\x9f]{1,200}");

  ParsedValue<T> read(Tree.Scalar scalar);

  /** What a schema says of the values, as far as it can; variables apart. */
  default ValueShape shape() {
    return ValueShape.TEXT;
  }

  /** The same type, with what a schema says of it. */
  default ValueType<T> shaped(ValueShape shape) {
    return new Shaped<>(this, shape);
  }

  /** A type with a shape of its own. */
  record Shaped<T>(ValueType<T> type, ValueShape shape) implements ValueType<T> {
    @Override
    public ParsedValue<T> read(Tree.Scalar scalar) {
      return type.read(scalar);
    }
  }

  /** The same, converted. */
  default <U> ValueType<U> map(Function<T, U> change) {
    ValueType<U> changed = scalar -> read(scalar).map(change);
    return changed.shaped(shape());
  }

  /** The same, or {@code null}, which is empty. */
  default ValueType<Optional<T>> orNull() {
    ValueType<Optional<T>> type =
        scalar ->
            scalar.isNull()
                ? ParsedValue.of(Optional.empty())
                : read(scalar).map(Optional::of).mapExpected(expected -> expected + ", or null");
    return type.shaped(shape().or(ValueShape.NULL));
  }

  /** The same, or {@code word} for {@code value}. */
  default ValueType<T> or(String word, T value) {
    ValueType<T> type =
        scalar ->
            scalar.is(word)
                ? ParsedValue.of(value)
                : read(scalar).mapExpected(expected -> word + ", or " + expected);
    return type.shaped(shape().or(ValueShape.words(List.of(word))));
  }

  /** Any text. */
  static ValueType<String> text() {
    return textThat(text -> true, "a text");
  }

  /** A text that passes {@code valid}. */
  static ValueType<String> textThat(Predicate<String> valid, String expected) {
    return scalar ->
        scalar.isText() && valid.test(scalar.text())
            ? ParsedValue.of(scalar.text())
            : ParsedValue.expected(expected);
  }

  /** A text that matches the whole of {@code pattern}. */
  static ValueType<String> matching(Pattern pattern, String expected) {
    return textThat(text -> pattern.matcher(text).matches(), expected)
        .shaped(ValueShape.pattern(pattern));
  }

  /** A text that {@code parse} turns into a value. */
  static <T> ValueType<T> parsed(Function<String, Optional<T>> parse, String expected) {
    return scalar -> ParsedValue.of(parse.apply(scalar.textOrEmpty()), expected);
  }

  /** The name of a listener, pool, cluster or member: it is used in paths, labels and tables. */
  static ValueType<String> name() {
    return matching(NAME, "a name of 1 to 100 characters without spaces and /")
        .shaped(ValueShape.pattern(NAME_OF_SCHEMA));
  }

  static ValueType<Boolean> bool() {
    ValueType<Boolean> type = scalar -> ParsedValue.of(scalar.asBoolean(), "true or false");
    return type.shaped(ValueShape.BOOLEAN);
  }

  /** A whole number from {@code min} to {@code max}, both included. */
  static ValueType<Integer> integer(int min, int max) {
    String range = max == Integer.MAX_VALUE ? min + " or more" : min + " to " + max;
    BigInteger low = BigInteger.valueOf(min);
    BigInteger high = BigInteger.valueOf(max);
    ValueType<Integer> type =
        scalar ->
            ParsedValue.of(
                scalar
                    .asInteger()
                    .filter(n -> n.compareTo(low) >= 0 && n.compareTo(high) <= 0)
                    .map(BigInteger::intValueExact),
                range);
    return type.shaped(ValueShape.integer(min, max));
  }

  /** {@code 500ms 30s 15m 1h 7d}, also {@code 0s}; the unit is required. */
  static ValueType<Duration> duration() {
    return parsed(Durations::parse, Durations.EXPECTED)
        .shaped(ValueShape.pattern(Durations.WRITTEN));
  }

  /** A duration above zero. */
  static ValueType<Duration> positiveDuration() {
    return parsed(
            text -> Durations.parse(text).filter(duration -> !duration.isZero()),
            "a duration above zero such as 500ms, 30s, 15m, 1h or 7d, at most 36500d")
        .shaped(ValueShape.pattern(POSITIVE_DURATION));
  }

  /** {@code 0B} to {@code most} bytes, also a plain number. */
  static ValueType<Integer> byteSize(int most) {
    String expected = "a size such as 512B or 4KiB, at most " + most + " bytes";
    ValueType<Integer> type =
        scalar ->
            ParsedValue.of(
                scalar
                    .asInteger()
                    .or(() -> ByteSizes.parse(scalar.textOrEmpty()).map(BigInteger::valueOf))
                    .filter(n -> n.signum() >= 0 && n.compareTo(BigInteger.valueOf(most)) <= 0)
                    .map(BigInteger::intValueExact),
                expected);
    return type.shaped(ValueShape.integer(0, most).or(ValueShape.pattern(ByteSizes.WRITTEN)));
  }

  /** {@code 0%} to {@code 100%}, as the number. */
  static ValueType<Integer> percentage() {
    return parsed(ValueType::percent, "a percentage, 0% to 100%")
        .shaped(ValueShape.pattern(PERCENTAGE));
  }

  /** {@code 0%} to {@code 100%}, as the number. */
  static Optional<Integer> percent(String text) {
    Matcher matcher = PERCENTAGE.matcher(text);
    return matcher.matches()
        ? Optional.of(Integer.parseInt(matcher.group(1))).filter(percent -> percent <= 100)
        : Optional.empty();
  }

  /** One of the words. */
  static ValueType<String> word(String... words) {
    return choice(List.of(words), Function.identity());
  }

  /** One of an enum's constants, by its label. */
  static <E extends Enum<E> & Labelled> ValueType<E> constant(E[] constants) {
    return choice(Arrays.asList(constants), Labelled::label);
  }

  private static <T> ValueType<T> choice(List<T> values, Function<T, String> label) {
    Map<String, T> byWord = new LinkedHashMap<>();
    values.forEach(value -> byWord.put(label.apply(value), value));
    String expected = (byWord.size() == 1 ? "" : "one of ") + String.join(", ", byWord.keySet());
    ValueType<T> type =
        scalar ->
            ParsedValue.of(
                byWord.keySet().stream().filter(scalar::is).map(byWord::get).findFirst(), expected);
    return type.shaped(ValueShape.words(List.copyOf(byWord.keySet())));
  }

  /** A path; a relative one is relative to {@code directory}. The result is absolute. */
  static ValueType<Path> path(Path directory) {
    return parsed(
        text -> resolve(directory, text), "a path of at most " + MAX_PATH_CHARS + " characters");
  }

  /** The path of a Unix socket; a relative one is relative to {@code directory}. */
  static ValueType<String> socketPath(Path directory) {
    return scalar -> socketPath(directory, scalar.textOrEmpty());
  }

  static ParsedValue<String> socketPath(Path directory, String text) {
    Optional<String> path = resolve(directory, text).map(Path::toString);
    return path.isEmpty()
        ? ParsedValue.expected("the path of a Unix socket")
        : ParsedValue.of(
            path.filter(p -> p.getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_PATH_BYTES),
            "a path of at most " + MAX_SOCKET_PATH_BYTES + " bytes");
  }

  private static Optional<Path> resolve(Path directory, String text) {
    if (text.isBlank() || text.length() > MAX_PATH_CHARS) {
      return Optional.empty();
    }
    try {
      return Optional.of(directory.resolve(text).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
