package dev.fairlead.config.text;

import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.ScalarKind;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as its author wrote it, variables unresolved. It may be invalid, even in syntax:
 * {@code ConfigLoader} reports that. Two documents are equal when format and text are.
 *
 * <p>Immutable, any thread. The text is parsed and hashed once, by the first caller that needs it;
 * that takes milliseconds for each megabyte, so this first call belongs on a worker thread.
 */
public final class Document {
  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final char REPLACEMENT = '\uFFFD';

  /** As many as an HTTP request may carry. */
  private static final int MAX_CHARS = 16 * 1024 * 1024;

  /** The TOML parser needs some microseconds for each character. */
  private static final int MAX_TOML_CHARS = 1024 * 1024;

  private static final String BACKENDS = "backends";

  private final ConfigFormat format;
  private final String text;

  /** Guarded by this. */
  private @Nullable Parsed parsed;

  /** Guarded by this. */
  private @Nullable String digest;

  private Document(ConfigFormat format, String text) {
    this.format = format;
    this.text = text;
  }

  /** Without a tree when the syntax is wrong or the text is empty. */
  private record Parsed(@Nullable Tree tree, Problems problems) {
    Tree.Mapping mapping() {
      return tree instanceof Tree.Mapping map ? map : new Tree.Mapping(Place.UNKNOWN, Map.of());
    }
  }

  /** {@code node} or {@code cluster}, and its line: from 1, 0 = not known. */
  public record ForeignKey(String key, int line) {}

  /** Does not parse yet. */
  public static Document of(ConfigFormat format, String text) {
    return new Document(format, text);
  }

  public ConfigFormat format() {
    return format;
  }

  public String text() {
    return text;
  }

  /** The tree, or null when syntax errors, which are added to {@code problems}, leave none. */
  public @Nullable Tree tree(Problems problems) {
    Parsed done = parsed();
    problems.addAll(done.problems());
    return done.tree();
  }

  /** Whether it is a map of keys and values, which a configuration must be. */
  public boolean hasKeys() {
    return parsed().tree() instanceof Tree.Mapping;
  }

  /** Which of {@code node} and {@code cluster} it has. */
  public List<ForeignKey> foreignKeys() {
    Tree.Mapping whole = parsed().mapping();
    return FairleadConfig.PROCESS_KEYS.stream()
        .flatMap(
            key ->
                Stream.ofNullable(whole.entries().get(key))
                    .map(entry -> new ForeignKey(key, entry.place().line())))
        .toList();
  }

  /**
   * A hex SHA-256 of the dynamic part: the same for the same keys and values, whatever the format,
   * the order of keys, layout and comments; another one for any other value. Of a document without
   * keys: of its text.
   */
  public synchronized String digest() {
    if (digest == null) {
      digest =
          TreeDigest.of(
              hasKeys() ? dynamicTree() : new Tree.Scalar(Place.UNKNOWN, ScalarKind.OTHER, text));
    }
    return digest;
  }

  private Tree.Mapping dynamicTree() {
    return parsed().mapping().without(FairleadConfig.PROCESS_KEYS);
  }

  /**
   * The dynamic part alone, as it can be pushed: this document's text without the lines of {@code
   * node} and {@code cluster} where that is possible; else written anew, as {@link #with} does.
   */
  public Document dynamicPart() {
    if (foreignKeys().isEmpty()) {
      return this;
    }
    if (format != ConfigFormat.JSON) {
      Document cut = of(format, TopLevel.without(FairleadConfig.PROCESS_KEYS, format, text));
      if (cut.hasKeys() && cut.foreignKeys().isEmpty() && cut.digest().equals(digest())) {
        return cut;
      }
    }
    return written(dynamicTree());
  }

  /**
   * The document with the weight, the state or both of one backend replaced. Comments and layout
   * are lost; JSON stays JSON, YAML and TOML become YAML, since there is no TOML writer.
   *
   * @param pool index in the configuration that {@code ConfigLoader} makes of this text without
   *     overrides; 0 in the flat form
   * @param backend index in that pool
   * @throws NoSuchElementException when there is no such backend
   */
  public Document with(int pool, int backend, BackendSetting setting) {
    UnaryOperator<Tree.Mapping> set = map -> item(map, BACKENDS, backend, b -> set(b, setting));
    Tree.Mapping dynamic = dynamicTree();
    boolean flat = FairleadConfig.isFlat(dynamic.entries().keySet());
    if (flat && pool != 0) {
      throw new NoSuchElementException("pools[" + pool + "]");
    }
    return written(flat ? set.apply(dynamic) : item(dynamic, "pools", pool, set));
  }

  private Document written(Tree.Mapping map) {
    return format == ConfigFormat.JSON
        ? of(ConfigFormat.JSON, TreeWriter.json(map))
        : of(ConfigFormat.YAML, TreeWriter.yaml(map));
  }

  /** {@code map} with one of the maps in a list of it changed. */
  private static Tree.Mapping item(
      Tree.Mapping map, String key, int index, UnaryOperator<Tree.Mapping> change) {
    Tree.KeyValue entry = map.entries().get(key);
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
      changed = changed.with("weight", scalar(ScalarKind.INTEGER, setting.weight().toString()));
    }
    if (setting.state() != null) {
      changed = changed.with("state", scalar(ScalarKind.TEXT, setting.state().label()));
    }
    return changed;
  }

  private static Tree scalar(ScalarKind kind, String text) {
    return new Tree.Scalar(Place.OVERRIDE, kind, text);
  }

  private synchronized Parsed parsed() {
    if (parsed == null) {
      assert !Context.isOnEventLoopThread() : "parses a whole document";
      Problems problems = new Problems();
      parsed = new Parsed(parse(problems), problems);
    }
    return parsed;
  }

  private @Nullable Tree parse(Problems problems) {
    int most = format == ConfigFormat.TOML ? MAX_TOML_CHARS : MAX_CHARS;
    if (text.length() > most) {
      problems.add(lineOf(most), "", "too long (expected: at most " + most + " characters)");
      return null;
    }
    int malformed = text.indexOf(REPLACEMENT);
    if (malformed >= 0) {
      problems.add(lineOf(malformed), "", "not UTF-8 (expected: UTF-8 text)");
      return null;
    }
    boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    String unmarked = marked ? text.substring(1) : text;
    Tree tree = TreeReader.of(format).read(unmarked, problems);
    boolean empty = tree == null || (tree instanceof Tree.Mapping map && map.entries().isEmpty());
    if (empty && problems.isEmpty()) {
      String message = "empty (expected: listeners and pools, or host, port and backends)";
      problems.add(Place.UNKNOWN, "", message);
      return null;
    }
    return tree;
  }

  private Place lineOf(int index) {
    return new Place(1 + (int) text.chars().limit(index).filter(c -> c == '\n').count());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Document document
        && format == document.format
        && text.equals(document.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(format, text);
  }
}
