package dev.fairlead.config.bind;

import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Notes which keys a binder asks for, of which type, and with which default. A binder may ask for
 * others where a key is there: each runs twice, as if none was written and as if all were, and what
 * it asks for in either run is a key.
 */
final class KeyDescriber extends Section {
  private final Binding binding;
  private final boolean allWritten;
  private final Map<String, DescribedKey> keys = new LinkedHashMap<>();
  private final Set<String> always = new HashSet<>();

  /** What stands in place of a default that is not known. */
  static final Object NO_DEFAULT = new Object();

  /**
   * A key of one map.
   *
   * @param shape of its single values or, with {@code list}, of the items; null = none
   * @param inside the keys of its map or, with {@code list}, of the items; null = none
   * @param required in both runs
   * @param alone the keys of a map that may stand in place of the list; null = none may
   */
  record DescribedKey(
      @Nullable ValueType<?> type,
      @Nullable ValueShape shape,
      @Nullable Map<String, DescribedKey> inside,
      boolean list,
      boolean required,
      @Nullable Object byDefault,
      @Nullable Map<String, DescribedKey> alone) {
    private DescribedKey needed() {
      return new DescribedKey(type, shape, inside, list, true, byDefault, alone);
    }

    private DescribedKey with(DescribedKey other) {
      if (list != other.list) {
        DescribedKey all = list ? this : other;
        Map<String, DescribedKey> one = list ? other.inside : inside;
        return new DescribedKey(null, null, all.inside, true, false, NO_DEFAULT, one);
      }
      return new DescribedKey(
          type == null ? other.type : type,
          shape == null ? other.shape : other.shape == null ? shape : shape.or(other.shape),
          inside == null ? other.inside : inside,
          list,
          required && other.required,
          byDefault == NO_DEFAULT ? other.byDefault : byDefault,
          alone == null ? other.alone : alone);
    }
  }

  private KeyDescriber(Binding binding, String path, boolean allWritten) {
    super(binding, new Tree.Mapping(Place.UNKNOWN, Map.of()), path);
    this.binding = binding;
    this.allWritten = allWritten;
  }

  /** The keys of the map that {@code binder} reads. */
  static Map<String, DescribedKey> keys(Binding binding, String path, Function<Section, ?> binder) {
    KeyDescriber none = new KeyDescriber(binding, path, false);
    Object unusedNone = binder.apply(none);
    KeyDescriber all = new KeyDescriber(binding, path, true);
    Object unusedAll = binder.apply(all);
    Map<String, DescribedKey> merged = new LinkedHashMap<>();
    none.keys.forEach((key, value) -> merged.put(key, inBoth(value, all.keys.get(key))));
    all.keys.forEach((key, value) -> merged.putIfAbsent(key, inBoth(value, null)));
    none.always.forEach(key -> merged.computeIfPresent(key, (name, one) -> one.needed()));
    return merged;
  }

  @Override
  void requireAlways(String key, String expected) {
    always.add(key);
  }

  private static DescribedKey inBoth(DescribedKey one, @Nullable DescribedKey other) {
    return other == null
        ? new DescribedKey(
            one.type, one.shape, one.inside, one.list, false, one.byDefault, one.alone)
        : one.with(other);
  }

  private void note(DescribedKey key, String name) {
    keys.merge(name, key, (one, other) -> one.with(other));
  }

  private void single(String name, ValueType<?> type, boolean required, @Nullable Object value) {
    note(new DescribedKey(type, type.shape(), null, false, required, value, null), name);
  }

  private <T> T map(
      String name, @Nullable ValueShape orElse, Object value, Function<Section, T> binder) {
    Map<String, DescribedKey> inside = keys(binding, path() + "." + name, binder);
    note(new DescribedKey(null, orElse, inside, false, false, value, null), name);
    return binder.apply(new KeyDescriber(binding, path() + "." + name, allWritten));
  }

  @Override
  boolean has(String key) {
    return allWritten;
  }

  @Override
  boolean isMap(String key) {
    return allWritten;
  }

  @Override
  <T> Optional<T> find(String key, ValueType<T> type) {
    single(key, type, false, NO_DEFAULT);
    return Optional.empty();
  }

  @Override
  <T> Optional<T> findOrNull(String key, ValueType<T> type) {
    single(key, type.orNull(), false, null);
    return Optional.empty();
  }

  @Override
  <T> T get(String key, ValueType<T> type, T fallback) {
    single(key, type, false, fallback);
    return fallback;
  }

  @Override
  <T> T required(String key, ValueType<T> type, String expected, T placeholder) {
    single(key, type, true, NO_DEFAULT);
    return placeholder;
  }

  @Override
  void require(String key, String expected) {
    // What depends on other keys is beyond a schema.
  }

  @Override
  <T> T section(String key, Function<Section, T> binder) {
    return map(key, null, NO_DEFAULT, binder);
  }

  @Override
  <T> Optional<T> optionalSection(String key, Function<Section, T> binder) {
    map(key, ValueShape.NULL, NO_DEFAULT, binder);
    return Optional.empty();
  }

  @Override
  <T> Optional<T> sectionOrOff(String key, Function<Section, T> binder) {
    return Optional.of(map(key, ValueShape.words(List.of("off")), NO_DEFAULT, binder));
  }

  @Override
  <T> Optional<T> sectionUnlessOff(String key, Function<Section, T> binder) {
    map(key, ValueShape.words(List.of("off")), NO_DEFAULT, binder);
    return Optional.empty();
  }

  @Override
  <T> List<T> sections(String key, int most, Function<Section, T> binder) {
    return sections(key, binder);
  }

  @Override
  <T> List<T> sections(String key, Function<Section, T> binder) {
    Map<String, DescribedKey> inside = keys(binding, path() + "." + key + "[0]", binder);
    note(new DescribedKey(null, null, inside, true, false, NO_DEFAULT, null), key);
    return new ArrayList<>();
  }

  @Override
  <T> List<T> values(String key, ValueType<T> type) {
    note(new DescribedKey(null, type.shape(), null, true, false, List.of(), null), key);
    return new ArrayList<>();
  }

  @Override
  <T> List<T> values(String key, ValueType<T> type, T placeholder) {
    return values(key, type);
  }

  @Override
  <T> List<T> valuesAndSections(String key, ValueType<T> type, Function<Section, T> binder) {
    Map<String, DescribedKey> inside = keys(binding, path() + "." + key + "[0]", binder);
    note(new DescribedKey(null, type.shape(), inside, true, false, List.of(), null), key);
    return new ArrayList<>();
  }

  /** One form in each of the two runs. */
  @Override
  boolean isList(String key) {
    return allWritten;
  }

  @Override
  <T> Map<String, T> texts(String key, ValueType<T> type) {
    note(
        new DescribedKey(null, ValueShape.TEXTS_BY_KEY, null, false, false, NO_DEFAULT, null), key);
    return new LinkedHashMap<>();
  }

  @Override
  void refuse(String key, Object value, String expected) {
    // Nothing is written.
  }

  @Override
  void refuse(String key, String message) {
    // Nothing is written.
  }

  @Override
  public void close() {
    // Nothing is unknown.
  }
}
