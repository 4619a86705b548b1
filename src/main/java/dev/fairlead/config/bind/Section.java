package dev.fairlead.config.bind;

import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One map of a configuration while it is bound. Reading a key makes it known; {@link #close}
 * reports unknown keys and missing ones. A subclass describes the keys instead of reading them: it
 * sees which ones a binder asks for.
 */
class Section implements AutoCloseable {
  private final Binding binding;
  private final Tree.Mapping mapping;
  private final String path;

  /** False when another kind of value stands where the map was expected: that was reported. */
  private final boolean intact;

  private final List<String> known = new ArrayList<>();
  private final Map<String, String> missing = new LinkedHashMap<>();

  Section(Binding binding, Tree tree, String path) {
    this.binding = binding;
    this.path = path;
    this.intact = tree instanceof Tree.Mapping;
    this.mapping =
        tree instanceof Tree.Mapping map ? map : new Tree.Mapping(tree.place(), Map.of());
    if (!intact) {
      binding.refuse(tree, path, "a map of keys and values");
    }
    binding.placed(path, mapping.place());
  }

  String path() {
    return path;
  }

  boolean has(String key) {
    return mapping.entries().containsKey(key);
  }

  /** Whether it is a map without keys. */
  boolean isEmpty() {
    return intact && mapping.entries().isEmpty();
  }

  /** Whether the key has a map; the key is known from now on. */
  boolean isMap(String key) {
    return value(key).filter(Tree.Mapping.class::isInstance).isPresent();
  }

  /** Whether the key has a list; the key is known from now on. */
  boolean isList(String key) {
    return value(key).filter(Tree.Sequence.class::isInstance).isPresent();
  }

  /** Whether the key has an empty list. */
  boolean isEmptyList(String key) {
    Tree.KeyValue entry = mapping.entries().get(key);
    return entry != null && entry.value() instanceof Tree.Sequence list && list.items().isEmpty();
  }

  /** The value of a key; empty when it is not written or not valid. */
  <T> Optional<T> find(String key, ValueType<T> type) {
    return value(key).flatMap(tree -> binding.read(tree, child(key), type));
  }

  /** The value of a key that may be null; empty when it is null, not written or not valid. */
  <T> Optional<T> findOrNull(String key, ValueType<T> type) {
    return find(key, type.orNull()).flatMap(value -> value);
  }

  /** The value of a key, {@code fallback} when it is not written or not valid. */
  <T> T get(String key, ValueType<T> type, T fallback) {
    return find(key, type).orElse(fallback);
  }

  /** The value of a key that must be written, {@code placeholder} when it is not there or valid. */
  <T> T required(String key, ValueType<T> type, String expected, T placeholder) {
    require(key, expected);
    return get(key, type, placeholder);
  }

  void require(String key, String expected) {
    if (!has(key)) {
      missing.put(key, expected);
    }
  }

  /** The same for one that is required whatever the other keys are. */
  void requireAlways(String key, String expected) {
    require(key, expected);
  }

  /** A map inside; when it is not written, all its keys are defaults. */
  <T> T section(String key, Function<Section, T> binder) {
    return bind(valueOrEmptyMap(key), child(key), binder);
  }

  /** A map inside that may be {@code null}; empty when it is null or not written. */
  <T> Optional<T> optionalSection(String key, Function<Section, T> binder) {
    return value(key)
        .filter(tree -> !(tree instanceof Tree.Scalar scalar && scalar.isNull()))
        .map(tree -> bind(tree, child(key), binder));
  }

  /** A map inside, or the word {@code off}: empty then; not written = all keys are defaults. */
  <T> Optional<T> sectionOrOff(String key, Function<Section, T> binder) {
    Tree tree = valueOrEmptyMap(key);
    if (tree instanceof Tree.Scalar scalar && binding.isOff(scalar, child(key))) {
      return Optional.empty();
    }
    if (!(tree instanceof Tree.Mapping)) {
      binding.refuse(tree, child(key), "off, or a map of keys and values");
      return Optional.empty();
    }
    return Optional.of(bind(tree, child(key), binder));
  }

  /** The same, but not written = off. */
  <T> Optional<T> sectionUnlessOff(String key, Function<Section, T> binder) {
    return value(key).flatMap(written -> sectionOrOff(key, binder));
  }

  private <T> T bind(Tree tree, String itsPath, Function<Section, T> binder) {
    try (Section section = new Section(binding, tree, itsPath)) {
      return binder.apply(section);
    }
  }

  private Tree valueOrEmptyMap(String key) {
    return value(key).orElseGet(() -> new Tree.Mapping(mapping.place(), Map.of()));
  }

  /** Whether a key of this map was reported; keys below it do not count. */
  boolean isBroken(String key) {
    return binding.isBroken(child(key));
  }

  /** Reports a value that does not fit others, unless its key was reported already. */
  void refuse(String key, Object value, String expected) {
    refuse(key, binding.shown(value, child(key)) + " (expected: " + expected + ")");
  }

  /** Reports a problem with a key of this map, unless the key was reported already. */
  void refuse(String key, String message) {
    if (!isBroken(key)) {
      binding.report(child(key), message);
      binding.markBroken(child(key));
    }
  }

  /** A list of at most {@code most} maps; not written = empty. */
  <T> List<T> sections(String key, int most, Function<Section, T> binder) {
    Tree.KeyValue entry = mapping.entries().get(key);
    int size =
        entry != null && entry.value() instanceof Tree.Sequence list ? list.items().size() : 0;
    if (size > most) {
      value(key);
      refuse(key, size + " of them", "at most " + most);
      return List.of();
    }
    return sections(key, binder);
  }

  /** A list of maps; not written = empty. */
  <T> List<T> sections(String key, Function<Section, T> binder) {
    return items(key, (tree, itemPath) -> bind(tree, itemPath, binder));
  }

  /** A list of single values, without those that are not valid; not written = empty. */
  <T> List<T> values(String key, ValueType<T> type) {
    return items(key, (tree, itemPath) -> binding.read(tree, itemPath, type)).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** The same with {@code placeholder} for those that are not valid: indexes are those written. */
  <T> List<T> values(String key, ValueType<T> type, T placeholder) {
    return items(key, (tree, itemPath) -> binding.read(tree, itemPath, type).orElse(placeholder));
  }

  /** A list of single values and maps, without those that are not valid; not written = empty. */
  <T> List<T> valuesAndSections(String key, ValueType<T> type, Function<Section, T> binder) {
    return items(
            key,
            (tree, itemPath) ->
                tree instanceof Tree.Mapping
                    ? Optional.of(bind(tree, itemPath, binder))
                    : binding.read(tree, itemPath, type))
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** A map of any keys to single values, without those that are not valid; not written = empty. */
  <T> Map<String, T> texts(String key, ValueType<T> type) {
    Tree tree = valueOrEmptyMap(key);
    if (!(tree instanceof Tree.Mapping map)) {
      binding.refuse(tree, child(key), "a map of names and values");
      return Map.of();
    }
    Map<String, T> values = new LinkedHashMap<>();
    map.entries()
        .forEach(
            (name, entry) ->
                binding
                    .read(entry.value(), Tree.child(child(key), name), type)
                    .ifPresent(value -> values.put(name, value)));
    return values;
  }

  private <T> List<T> items(String key, BiFunction<Tree, String, T> reader) {
    Tree tree = value(key).orElse(null);
    if (tree == null) {
      return List.of();
    }
    if (!(tree instanceof Tree.Sequence sequence)) {
      binding.refuse(tree, child(key), "a list");
      return List.of();
    }
    List<T> items = new ArrayList<>();
    for (int i = 0; i < sequence.items().size() && !binding.problems().isFull(); i++) {
      items.add(reader.apply(sequence.items().get(i), child(key) + "[" + i + "]"));
    }
    return items;
  }

  /** The tree of a key, empty when it is not written; the key is known from now on. */
  Optional<Tree> value(String key) {
    if (!known.contains(key)) {
      known.add(key);
    }
    Tree.KeyValue entry = mapping.entries().get(key);
    if (entry != null) {
      binding.placed(child(key), entry.value().place());
    }
    return Optional.ofNullable(entry).map(Tree.KeyValue::value);
  }

  private String child(String key) {
    return Tree.child(path, key);
  }

  /** Reports unknown keys, and missing ones that no unknown key probably meant. */
  @Override
  public void close() {
    for (Map.Entry<String, Tree.KeyValue> entry : mapping.entries().entrySet()) {
      String key = entry.getKey();
      if (!known.contains(key) && !binding.problems().isFull()) {
        Place place = entry.getValue().place();
        Optional<String> meant = binding.unknownKey(place, child(key), key, known);
        meant.ifPresent(missing::remove);
        meant.ifPresent(m -> binding.markBroken(child(m)));
      }
    }
    if (intact) {
      missing.forEach((key, expected) -> binding.missing(mapping.place(), child(key), expected));
    }
  }
}
