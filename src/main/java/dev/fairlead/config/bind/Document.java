package dev.fairlead.config.bind;

import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.JsonWriter;
import dev.fairlead.config.text.Place;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.TopLevel;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.TreeDigest;
import dev.fairlead.config.text.YamlWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A configuration as its author wrote it, variables unresolved; apart from {@link #foreignKeys}
 * only its dynamic part. Nothing says that it is valid: {@link ConfigLoader} does.
 *
 * <p>Immutable, any thread.
 */
public final class Document {
  private static final String BACKENDS = "backends";

  private final ConfigFormat format;
  private final String text;
  private final List<Foreign> foreignKeys;
  private final Tree.Mapping dynamicPart;

  /**
   * A key that is not of the dynamic part.
   *
   * @param key {@code node} or {@code cluster}
   * @param line from 1, 0 = not known
   */
  public record Foreign(String key, int line) {}

  /** A document as a text, without {@code node} and {@code cluster}. */
  public record Written(ConfigFormat format, String text) {}

  private Document(ConfigFormat format, String text, Tree.Mapping whole) {
    this.format = format;
    this.text = text;
    this.foreignKeys =
        FairleadConfig.PROCESS_KEYS.stream()
            .filter(whole.entries()::containsKey)
            .map(key -> new Foreign(key, whole.entries().get(key).place().line()))
            .toList();
    this.dynamicPart = whole.without(FairleadConfig.PROCESS_KEYS);
  }

  /** Empty when the text has no map of keys and values in that format, or nothing at all. */
  public static Optional<Document> of(ConfigFormat format, String text) {
    Tree tree = ConfigLoader.parse(new ConfigText("", format, text, null), new Problems());
    return tree instanceof Tree.Mapping whole
        ? Optional.of(new Document(format, text, whole))
        : Optional.empty();
  }

  /** Which of {@code node} and {@code cluster} it has. */
  public List<Foreign> foreignKeys() {
    return foreignKeys;
  }

  /**
   * A hex SHA-256 of the dynamic part: the same for the same keys and values, whatever the format,
   * the order of keys, layout and comments; another one for any other value.
   */
  public String digest() {
    return TreeDigest.of(dynamicPart);
  }

  /**
   * The dynamic part alone, as it can be pushed: the text as it was written where only {@code node}
   * and {@code cluster} have to be cut out of it; else written anew, as {@link #with} does.
   */
  public Written dynamicText() {
    if (foreignKeys.isEmpty()) {
      return new Written(format, text);
    }
    if (format != ConfigFormat.JSON) {
      String cut = TopLevel.without(FairleadConfig.PROCESS_KEYS, format, text);
      Optional<Document> read = of(format, cut);
      if (read.isPresent()
          && read.get().foreignKeys.isEmpty()
          && read.get().digest().equals(digest())) {
        return new Written(format, cut);
      }
    }
    return written(dynamicPart);
  }

  /**
   * The document with the weight, the state or both of one backend replaced. Comments and layout
   * are lost; JSON stays JSON, YAML and TOML become YAML, since nothing writes TOML.
   *
   * @param pool index in the configuration that {@link ConfigLoader} makes of this text without
   *     overrides; 0 in the flat form
   * @param backend index in that pool
   * @throws NoSuchElementException when there is no such backend
   */
  public Written with(int pool, int backend, BackendSetting setting) {
    UnaryOperator<Tree.Mapping> set = map -> item(map, BACKENDS, backend, b -> set(b, setting));
    boolean flat = ConfigBinder.isFlat(dynamicPart);
    if (flat && pool != 0) {
      throw new NoSuchElementException("pools[" + pool + "]");
    }
    Tree.Mapping changed = flat ? set.apply(dynamicPart) : item(dynamicPart, "pools", pool, set);
    return written(changed);
  }

  private Written written(Tree.Mapping map) {
    return format == ConfigFormat.JSON
        ? new Written(ConfigFormat.JSON, JsonWriter.write(map))
        : new Written(ConfigFormat.YAML, YamlWriter.write(map));
  }

  /** {@code map} with one of the maps in a list of it changed. */
  private static Tree.Mapping item(
      Tree.Mapping map, String key, int index, UnaryOperator<Tree.Mapping> change) {
    Tree.Entry entry = map.entries().get(key);
    if (entry != null
        && entry.value() instanceof Tree.Sequence list
        && index < list.items().size()
        && list.items().get(index) instanceof Tree.Mapping item) {
      List<Tree> items = new ArrayList<>(list.items());
      items.set(index, change.apply(item));
      return map.with(key, new Tree.Sequence(list.place(), items));
    }
    throw new NoSuchElementException(key + "[" + index + "]");
  }

  private static Tree.Mapping set(Tree.Mapping backend, BackendSetting setting) {
    Tree.Mapping changed = backend;
    if (setting.weight() != null) {
      changed = changed.with("weight", scalar(Tree.Kind.INTEGER, setting.weight().toString()));
    }
    if (setting.state() != null) {
      changed = changed.with("state", scalar(Tree.Kind.TEXT, setting.state().label()));
    }
    return changed;
  }

  private static Tree scalar(Tree.Kind kind, String text) {
    return new Tree.Scalar(Place.OVERRIDE, kind, text);
  }
}
