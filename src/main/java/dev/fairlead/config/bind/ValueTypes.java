package dev.fairlead.config.bind;

import dev.fairlead.config.Durations;
import dev.fairlead.config.bind.ValueType.Outcome;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kinds of values that are not addresses. */
final class ValueTypes {
  /** What Linux has room for in a socket's address, without the closing NUL. */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  private static final int MAX_NAME_CHARS = 100;
  private static final Pattern PERCENTAGE = Pattern.compile("(\\d{1,3})%");
  private static final Pattern NAME = Pattern.compile("[^\\s/\\p{C}]{1," + MAX_NAME_CHARS + "}");

  private ValueTypes() {}

  /** Any text. */
  static ValueType<String> text() {
    return scalar -> scalar.isText() ? Outcome.of(scalar.text()) : Outcome.expected("a text");
  }

  /** The name of a listener, pool, cluster or member: it is used in paths, labels and tables. */
  static ValueType<String> name() {
    return scalar ->
        scalar.isText() && NAME.matcher(scalar.text()).matches()
            ? Outcome.of(scalar.text())
            : Outcome.expected("a name of 1 to 100 characters without spaces and /");
  }

  static ValueType<Boolean> bool() {
    return scalar ->
        scalar.asBoolean().map(Outcome::of).orElseGet(() -> Outcome.expected("true or false"));
  }

  /** A whole number from {@code min} to {@code max}, both included. */
  static ValueType<Integer> integer(int min, int max) {
    String range = max == Integer.MAX_VALUE ? min + " or more" : min + " to " + max;
    BigInteger low = BigInteger.valueOf(min);
    BigInteger high = BigInteger.valueOf(max);
    return scalar ->
        scalar
            .asInteger()
            .filter(n -> n.compareTo(low) >= 0 && n.compareTo(high) <= 0)
            .map(n -> Outcome.of(n.intValueExact()))
            .orElseGet(() -> Outcome.expected(range));
  }

  /** {@code 500ms 30s 15m 1h 7d}, also {@code 0s}; the unit is always written. */
  static ValueType<Duration> duration() {
    return scalar ->
        parseDuration(scalar)
            .map(Outcome::of)
            .orElseGet(() -> Outcome.expected(Durations.EXPECTED));
  }

  /** A duration that is not zero. */
  static ValueType<Duration> positiveDuration() {
    String expected = "a duration above zero such as 500ms, 30s, 15m, 1h or 7d, at most 36500d";
    return scalar ->
        parseDuration(scalar)
            .filter(d -> !d.isZero())
            .map(Outcome::of)
            .orElseGet(() -> Outcome.expected(expected));
  }

  private static Optional<Duration> parseDuration(Tree.Scalar scalar) {
    return Durations.parse(scalar.isText() ? scalar.text() : "");
  }

  /** {@code 0%} to {@code 100%}, as the number. */
  static ValueType<Integer> percentage() {
    return scalar -> {
      Matcher matcher = PERCENTAGE.matcher(scalar.isText() ? scalar.text() : "");
      int percent = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
      return percent >= 0 && percent <= 100
          ? Outcome.of(percent)
          : Outcome.expected("a percentage, 0% to 100%");
    };
  }

  /** One of the words; {@code false} stands for {@code off} where that is one of them. */
  static ValueType<String> word(String... words) {
    return choice(List.of(words), Function.identity());
  }

  /** One of an enum's constants, by {@code label}. */
  static <E extends Enum<E>> ValueType<E> constant(E[] constants, Function<E, String> label) {
    return choice(Arrays.asList(constants), label);
  }

  private static <T> ValueType<T> choice(List<T> values, Function<T, String> label) {
    Map<String, T> byWord = new LinkedHashMap<>();
    values.forEach(value -> byWord.put(label.apply(value), value));
    String expected =
        (byWord.size() == 1 ? "" : "one of ")
            + byWord.keySet().stream().collect(Collectors.joining(", "));
    return scalar -> {
      boolean off = byWord.containsKey("off") && scalar.asBoolean().equals(Optional.of(false));
      T value = off ? byWord.get("off") : scalar.isText() ? byWord.get(scalar.text()) : null;
      return value == null ? Outcome.expected(expected) : Outcome.of(value);
    };
  }

  /** A path; a relative one is relative to {@code directory}. The result is absolute. */
  static ValueType<Path> path(Path directory) {
    return scalar ->
        scalar.isText()
            ? resolve(directory, scalar.text())
                .map(Outcome::of)
                .orElseGet(() -> Outcome.expected("a path"))
            : Outcome.expected("a path");
  }

  /** The path of a Unix socket; a relative one is relative to {@code directory}. */
  static ValueType<String> socketPath(Path directory) {
    return scalar -> socketPath(directory, scalar.isText() ? scalar.text() : "");
  }

  static Outcome<String> socketPath(Path directory, String text) {
    Optional<String> path = resolve(directory, text).map(Path::toString);
    if (path.isEmpty()) {
      return Outcome.expected("the path of a Unix socket");
    }
    int bytes = path.get().getBytes(StandardCharsets.UTF_8).length;
    return bytes <= MAX_SOCKET_PATH_BYTES
        ? Outcome.of(path.get())
        : Outcome.expected("a path of at most " + MAX_SOCKET_PATH_BYTES + " bytes");
  }

  private static Optional<Path> resolve(Path directory, String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(directory.resolve(text).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
