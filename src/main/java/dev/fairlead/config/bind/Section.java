package dev.fairlead.config.bind;

import dev.fairlead.config.text.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One map of a configuration while it is bound. A key is known because it was asked for; {@link
 * #close} reports those nobody asked for and those that had to be there.
 */
final class Section implements AutoCloseable {
  private final Binding binding;
  private final Tree.Mapping mapping;
  private final String path;

  /** False when something else stands where the map was expected: that was reported already. */
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
      binding.problems().expected(tree, path, "a map of keys and values");
      binding.markBroken(path);
    }
    binding.placed(path, mapping.place());
  }

  String path() {
    return path;
  }

  boolean has(String key) {
    return mapping.entries().containsKey(key);
  }

  /** True when no key is written. */
  boolean isEmpty() {
    return intact && mapping.entries().isEmpty();
  }

  /** True when an empty list is written there. */
  boolean isEmptyList(String key) {
    Tree.KeyValue entry = mapping.entries().get(key);
    return entry != null && entry.value() instanceof Tree.Sequence list && list.items().isEmpty();
  }

  /** The value of a key, {@code fallback} when it is not there or not valid. */
  <T> T get(String key, ValueType<T> type, T fallback) {
    return value(key).map(tree -> binding.read(tree, child(key), type, fallback)).orElse(fallback);
  }

  /** The value of a key that must be there; null when it is not there or not valid. */
  <T> T required(String key, ValueType<T> type, String expected) {
    require(key, expected);
    return get(key, type, null);
  }

  void require(String key, String expected) {
    if (!has(key)) {
      missing.put(key, expected);
    }
  }

  /** A map inside; not written = no key of it is. */
  Section section(String key) {
    Tree tree = value(key).orElseGet(() -> new Tree.Mapping(mapping.place(), Map.of()));
    return new Section(binding, tree, child(key));
  }

  /** A map inside that may be {@code null}; empty = it is, or it is not written. */
  Optional<Section> optionalSection(String key) {
    return value(key)
        .filter(tree -> !(tree instanceof Tree.Scalar scalar && scalar.isNull()))
        .map(tree -> new Section(binding, tree, child(key)));
  }

  /** A map inside, or the word {@code off}: empty then; not written = no key of it is. */
  Optional<Section> sectionOrOff(String key) {
    Tree tree = value(key).orElseGet(() -> new Tree.Mapping(mapping.place(), Map.of()));
    if (tree instanceof Tree.Scalar scalar && binding.isOff(scalar, child(key))) {
      return Optional.empty();
    }
    if (!(tree instanceof Tree.Mapping)) {
      binding.problems().expected(tree, child(key), "off, or a map of keys and values");
      binding.markBroken(child(key));
      return Optional.empty();
    }
    return Optional.of(new Section(binding, tree, child(key)));
  }

  /** True when a key below this map was reported; what is below that does not count. */
  boolean isBroken(String key) {
    return binding.isBroken(child(key));
  }

  /** Reports what is wrong with a key below this map, unless it was reported already. */
  void refuse(String key, String message) {
    String at = child(key);
    if (!binding.isBroken(at)) {
      binding.problems().add(binding.placeOf(at), at, message);
      binding.markBroken(at);
    }
  }

  /** A list of maps; not written = empty. */
  <T> List<T> sections(String key, Function<Section, T> binder) {
    return items(
        key,
        (tree, itemPath) -> {
          try (Section section = new Section(binding, tree, itemPath)) {
            return binder.apply(section);
          }
        });
  }

  /** A list of single values; not written = empty. Those that are not valid are left out. */
  <T> List<T> values(String key, ValueType<T> type) {
    List<T> values = items(key, (tree, itemPath) -> binding.read(tree, itemPath, type, null));
    return values.stream().filter(value -> value != null).toList();
  }

  private interface ItemReader<T> {
    T read(Tree tree, String path);
  }

  private <T> List<T> items(String key, ItemReader<T> reader) {
    Tree tree = value(key).orElse(null);
    if (tree == null) {
      return List.of();
    }
    if (!(tree instanceof Tree.Sequence sequence)) {
      binding.problems().expected(tree, child(key), "a list");
      binding.markBroken(child(key));
      return List.of();
    }
    List<T> items = new ArrayList<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      items.add(reader.read(sequence.items().get(i), child(key) + "[" + i + "]"));
    }
    return items;
  }

  /** Keys of parts that are not built yet: anything but their defaults is refused. */
  void later(Shape.Keys keys) {
    ShapeCheck check = new ShapeCheck(binding);
    keys.keys()
        .forEach(
            (key, shape) ->
                value(key).ifPresent(tree -> check.refuseChange(shape, tree, child(key))));
  }

  /** Makes a key known whose value was refused as a whole. */
  void acceptUnread(String key) {
    value(key);
  }

  private Optional<Tree> value(String key) {
    known.add(key);
    Tree.KeyValue entry = mapping.entries().get(key);
    if (entry != null) {
      binding.placed(child(key), entry.value().place());
    }
    return Optional.ofNullable(entry).map(Tree.KeyValue::value);
  }

  private String child(String key) {
    return Tree.child(path, key);
  }

  /** Reports keys that are not known, and keys that are missing unless one of those meant them. */
  @Override
  public void close() {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                Optional<String> meant = binding.unknownKey(entry.place(), child(key), key, known);
                meant.ifPresent(missing::remove);
                meant.ifPresent(m -> binding.markBroken(child(m)));
              }
            });
    if (intact) {
      missing.forEach((key, expected) -> binding.missing(mapping.place(), child(key), expected));
    }
  }
}
