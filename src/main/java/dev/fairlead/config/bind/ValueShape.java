package dev.fairlead.config.bind;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a JSON Schema says of a value without keys of its own: one of these alternatives. It may
 * accept more than the {@link ValueType}, never less. Immutable.
 */
record ValueShape(List<Alternative> alternatives) {
  static final ValueShape TEXT = new ValueShape(List.of(new Text("")));
  static final ValueShape TEXTS_BY_KEY = new ValueShape(List.of(new TextsByKey()));
  static final ValueShape NULL = new ValueShape(List.of(new Constant(List.of("null"))));
  static final ValueShape TRUE = new ValueShape(List.of(new Constant(List.of("true"))));
  static final ValueShape BOOLEAN = new ValueShape(List.of(new Constant(List.of("true", "false"))));

  ValueShape {
    alternatives = List.copyOf(alternatives);
  }

  /** One kind of value. */
  sealed interface Alternative {}

  /** A text; {@code pattern} is a regular expression for the whole of it, empty = any text. */
  record Text(String pattern) implements Alternative {}

  /** One of these texts. */
  record Words(List<String> words) implements Alternative {
    Words {
      words = List.copyOf(words);
    }
  }

  /** A whole number, both ends included. */
  record WholeNumber(int min, int max) implements Alternative {}

  /** A map of any keys to texts. */
  record TextsByKey() implements Alternative {}

  /** One of these values of JSON that are neither text nor number. */
  record Constant(List<String> literals) implements Alternative {
    Constant {
      literals = List.copyOf(literals);
    }
  }

  /**
   * Validators have regular expressions of their own: {@code pattern} may use only what those of
   * Java, ECMA-262 without its flag u, and Python have in common.
   */
  static ValueShape pattern(Pattern pattern) {
    return new ValueShape(List.of(new Text("^(?:" + pattern.pattern() + ")$")));
  }

  /** {@code off} may also be written {@code false}. */
  static ValueShape words(List<String> words) {
    Words all = new Words(words);
    return new ValueShape(
        words.contains("off") ? List.of(all, new Constant(List.of("false"))) : List.of(all));
  }

  static ValueShape integer(int min, int max) {
    return new ValueShape(List.of(new WholeNumber(min, max)));
  }

  /** What either accepts. */
  ValueShape or(ValueShape other) {
    List<Alternative> all = new ArrayList<>(alternatives);
    other.alternatives.stream().filter(each -> !all.contains(each)).forEach(all::add);
    return new ValueShape(all);
  }
}
