package dev.fairlead.config.text;

import dev.fairlead.config.Problem;
import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A configuration as it was written, the same for YAML, JSON and TOML; every part has the line it
 * stands on. Immutable.
 */
public sealed interface Tree {

  Place place();

  /** As a problem shows it: on one line, at most 100 characters. */
  String show();

  /** Levels of maps and lists; 0 for a single value. */
  default int height() {
    return this instanceof Scalar ? 0 : 1 + children().mapToInt(Tree::height).max().orElse(0);
  }

  /** Number of values, itself included. */
  default int size() {
    return 1 + children().mapToInt(Tree::size).sum();
  }

  /** The values directly inside it. */
  Stream<Tree> children();

  /** The value of a key, or of an item as {@code [0]}; empty when there is none. */
  default Optional<Tree> at(String step) {
    if (this instanceof Mapping map) {
      return Optional.ofNullable(map.entries().get(step)).map(KeyValue::value);
    }
    if (this instanceof Sequence list && step.startsWith("[")) {
      int index = Integer.parseInt(step.substring(1, step.length() - 1));
      return list.items().stream().skip(index).findFirst();
    }
    return Optional.empty();
  }

  /**
   * In the document, with a line and a column from 1, 0 = not known; or in an override. The column
   * counts UTF-16 characters in JSON, and code points in YAML and TOML.
   */
  record Place(int line, int column, boolean isOverride) {
    public static final Place UNKNOWN = new Place(0);

    /** In a {@code --set KEY=VALUE}. */
    public static final Place OVERRIDE = new Place(0, 0, true);

    public Place(int line) {
      this(line, 0, false);
    }
  }

  /** The path of a key inside {@code parent}: {@code pools[0].backends}. */
  static String child(String parent, String key) {
    return parent.isEmpty() ? Problem.oneLine(key) : parent + "." + Problem.oneLine(key);
  }

  /** The type that a {@link Scalar} is written as. */
  enum ScalarKind {
    TEXT,
    INTEGER,
    DECIMAL,
    BOOLEAN,
    NULL,
    /** A value that no key accepts, such as a date. */
    OTHER,
    /** A value that is one substitution and nothing else: it takes the type of its key. */
    FREE
  }

  /** A key's value and where the key itself stands. */
  record KeyValue(Place place, Tree value) {}

  /** Keys and their values, in the order they were written. */
  record Mapping(Place place, Map<String, KeyValue> entries) implements Tree {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @Override
    public String show() {
      return entries.isEmpty() ? "{}" : "{...}";
    }

    @Override
    public Stream<Tree> children() {
      return entries.values().stream().map(KeyValue::value);
    }

    /** The same with another value for a key; a new key comes last. */
    public Mapping with(String key, Tree value) {
      Map<String, KeyValue> all = new LinkedHashMap<>(entries);
      all.put(
          key, new KeyValue(entries.containsKey(key) ? entries.get(key).place() : place, value));
      return new Mapping(place, all);
    }

    public Mapping without(List<String> keys) {
      Map<String, KeyValue> rest = new LinkedHashMap<>(entries);
      rest.keySet().removeAll(keys);
      return new Mapping(place, rest);
    }
  }

  /** A list. */
  record Sequence(Place place, List<Tree> items) implements Tree {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String show() {
      return items.isEmpty() ? "[]" : "[...]";
    }

    @Override
    public Stream<Tree> children() {
      return items.stream();
    }
  }

  /** A single value; {@code text} is as it was written, without quotes. */
  record Scalar(Place place, ScalarKind kind, String text) implements Tree {
    private static final Pattern NEEDS_QUOTES =
        Pattern.compile("|\\s.*|.*\\s|true|false|null|~|[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?");
    private static final Pattern DECIMAL_DIGITS = Pattern.compile("[-+]?\\d{1,30}");
    private static final Pattern OTHER_RADIX = Pattern.compile("0x[0-9a-fA-F]{1,30}|0o[0-7]{1,30}");

    public boolean isText() {
      return kind == ScalarKind.TEXT || kind == ScalarKind.FREE;
    }

    /** The text, or an empty one for any other kind. */
    public String textOrEmpty() {
      return isText() ? text : "";
    }

    public boolean isNull() {
      return kind == ScalarKind.NULL || (kind == ScalarKind.FREE && text.equals("null"));
    }

    /** Whether it is {@code word}; {@code off} may also be written {@code false}. */
    public boolean is(String word) {
      return (isText() && text.equals(word))
          || (word.equals("off") && asBoolean().equals(Optional.of(false)));
    }

    /** Its value when it is {@code true} or {@code false}. */
    public Optional<Boolean> asBoolean() {
      if (kind != ScalarKind.BOOLEAN && kind != ScalarKind.FREE) {
        return Optional.empty();
      }
      return switch (text) {
        case "true", "True", "TRUE" -> Optional.of(true);
        case "false", "False", "FALSE" -> Optional.of(false);
        default -> Optional.empty();
      };
    }

    /** Its value when it is a whole number of at most 30 digits. */
    public Optional<BigInteger> asInteger() {
      if (kind != ScalarKind.INTEGER && kind != ScalarKind.FREE) {
        return Optional.empty();
      }
      if (DECIMAL_DIGITS.matcher(text).matches()) {
        return Optional.of(new BigInteger(text));
      }
      if (OTHER_RADIX.matcher(text).matches()) {
        return Optional.of(new BigInteger(text.substring(2), text.charAt(1) == 'x' ? 16 : 8));
      }
      return Optional.empty();
    }

    @Override
    public String show() {
      boolean quoted = kind == ScalarKind.TEXT && NEEDS_QUOTES.matcher(text).matches();
      String shown = Problem.oneLine(text);
      return quoted ? "\"" + shown + "\"" : shown;
    }

    @Override
    public Stream<Tree> children() {
      return Stream.empty();
    }
  }
}
