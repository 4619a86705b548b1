package dev.fairlead.config.text;

import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LimitSetting;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.ScalarKind;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
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
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final char REPLACEMENT = '\uFFFD';

  /** As many as an HTTP request may carry. */
  private static final int MAX_CHARS = 16 * 1024 * 1024;

  /** The TOML parser needs some microseconds for each character. */
  private static final int MAX_TOML_CHARS = 1024 * 1024;

  private static final String BACKENDS = "backends";
  private static final String POOLS = "pools";
  private static final String LIMITS = "limits";

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

  /** A document with a backend set; {@code rewritten}: its comments and layout are lost. */
  public record ChangedDocument(Document document, boolean rewritten) {}

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
   * The document with what {@code setting} has for one backend set: in its text, which stays as it
   * is otherwise; where the places do not suffice, such as for a backend that is an alias, written
   * anew. Then comments and layout are lost, {@code node} and {@code cluster} are left out, and
   * TOML becomes YAML, since there is no TOML writer.
   *
   * @param pool index in the configuration that {@code ConfigLoader} makes of this text without
   *     overrides; 0 in the flat form
   * @param backend index in that pool
   * @throws NoSuchElementException when there is no such backend
   */
  public ChangedDocument with(int pool, int backend, BackendSetting setting) {
    Tree.Mapping wanted = parsed().mapping();
    Document edited = this;
    for (Map.Entry<String, Tree.Scalar> each : scalars(setting).entrySet()) {
      UnaryOperator<Tree.Mapping> set = map -> map.with(each.getKey(), each.getValue());
      wanted = withBackend(wanted, pool, backend, set);
      edited =
          edited.edited(
              backend(edited.parsed().mapping(), pool, backend),
              (edit, map) -> edit.set(map, each.getKey(), each.getValue()));
    }
    return edited.changedTo(wanted);
  }

  /**
   * The document with limits of one listener or pool set, or the state of a listener, as {@link
   * #with(int, int, BackendSetting)}; not in the flat form, which has none.
   *
   * @param index in the listeners or pools of the configuration
   * @throws NoSuchElementException when there is no such listener or pool
   */
  public ChangedDocument with(int index, LimitSetting setting) {
    String list = setting.owner().label() + "s";
    Tree.Mapping wanted = parsed().mapping();
    Document edited = this;
    if (setting.state() != null) {
      Tree.Scalar state = scalar(setting.state().label());
      wanted = withItem(wanted, list, index, owner -> owner.with(LimitSetting.STATE, state));
      edited =
          edited.edited(
              item(edited.parsed().mapping(), list, index),
              (edit, owner) -> edit.set(owner, LimitSetting.STATE, state));
    }
    for (Map.Entry<String, Integer> each : setting.limits().entrySet()) {
      Tree.Scalar value = scalar(each.getValue());
      wanted =
          withItem(
              wanted,
              list,
              index,
              owner -> owner.with(LIMITS, limits(owner).with(each.getKey(), value)));
      edited =
          edited.edited(
              item(edited.parsed().mapping(), list, index),
              (edit, owner) ->
                  limits(owner).entries().isEmpty()
                      ? edit.set(owner, LIMITS, edit.mapOf(each.getKey(), value))
                      : edit.set(limits(owner), each.getKey(), value));
    }
    return edited.changedTo(wanted);
  }

  private static Tree.Mapping limits(Tree.Mapping owner) {
    Tree.KeyValue entry = owner.entries().get(LIMITS);
    return entry != null && entry.value() instanceof Tree.Mapping map
        ? map
        : new Tree.Mapping(owner.place(), Map.of());
  }

  /** With {@code edit} made in the text; unchanged or invalid where that can't be done. */
  private Document edited(
      Optional<Tree.Mapping> map, BiFunction<TextEdit, Tree.Mapping, Optional<String>> edit) {
    String unmarked = unmarked();
    String mark = text.substring(0, text.length() - unmarked.length());
    return map.flatMap(each -> edit.apply(new TextEdit(format, unmarked), each))
        .map(edited -> of(format, mark + edited))
        .orElse(this);
  }

  private ChangedDocument changedTo(Tree.Mapping wanted) {
    return hasKeys() && TreeDigest.of(parsed().mapping()).equals(TreeDigest.of(wanted))
        ? new ChangedDocument(this, false)
        : new ChangedDocument(written(wanted.without(FairleadConfig.PROCESS_KEYS)), true);
  }

  private Document written(Tree.Mapping map) {
    return format == ConfigFormat.JSON
        ? of(ConfigFormat.JSON, TreeWriter.json(map))
        : of(ConfigFormat.YAML, TreeWriter.yaml(map));
  }

  private static Tree.Mapping withBackend(
      Tree.Mapping whole, int pool, int backend, UnaryOperator<Tree.Mapping> set) {
    UnaryOperator<Tree.Mapping> inPool = map -> withItem(map, BACKENDS, backend, set);
    if (!isFlat(whole)) {
      return withItem(whole, POOLS, pool, inPool);
    }
    if (pool != 0) {
      throw new NoSuchElementException(POOLS + "[" + pool + "]");
    }
    return inPool.apply(whole);
  }

  /** {@code map} with one of the maps in a list of it changed. */
  private static Tree.Mapping withItem(
      Tree.Mapping map, String key, int index, UnaryOperator<Tree.Mapping> change) {
    Tree.Mapping item =
        item(map, key, index)
            .orElseThrow(() -> new NoSuchElementException(key + "[" + index + "]"));
    List<Tree> items = new ArrayList<>(sequence(map, key).items());
    items.set(index, change.apply(item));
    return map.with(key, new Tree.Sequence(sequence(map, key).place(), items));
  }

  private static Optional<Tree.Mapping> backend(Tree.Mapping whole, int pool, int backend) {
    Optional<Tree.Mapping> parent = isFlat(whole) ? Optional.of(whole) : item(whole, POOLS, pool);
    return parent.flatMap(map -> item(map, BACKENDS, backend));
  }

  private static Optional<Tree.Mapping> item(Tree.Mapping map, String key, int index) {
    return sequence(map, key).items().stream()
        .skip(index)
        .limit(1)
        .filter(Tree.Mapping.class::isInstance)
        .map(Tree.Mapping.class::cast)
        .findFirst();
  }

  /** Empty when {@code key} has no list. */
  private static Tree.Sequence sequence(Tree.Mapping map, String key) {
    Tree.KeyValue entry = map.entries().get(key);
    return entry != null && entry.value() instanceof Tree.Sequence list
        ? list
        : new Tree.Sequence(map.place(), List.of());
  }

  private static boolean isFlat(Tree.Mapping whole) {
    return FairleadConfig.isFlat(whole.without(FairleadConfig.PROCESS_KEYS).entries().keySet());
  }

  private static Map<String, Tree.Scalar> scalars(BackendSetting setting) {
    Map<String, Object> values = setting.toJson().getMap();
    values.keySet().removeAll(Set.of("pool", "backend"));
    Map<String, Tree.Scalar> scalars = new LinkedHashMap<>();
    values.forEach((key, value) -> scalars.put(key, scalar(value)));
    return scalars;
  }

  private static Tree.Scalar scalar(Object value) {
    ScalarKind kind = value instanceof Integer ? ScalarKind.INTEGER : ScalarKind.TEXT;
    return new Tree.Scalar(Place.OVERRIDE, kind, value.toString());
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
    Tree tree = TreeReader.of(format).read(unmarked(), problems);
    boolean empty = tree == null || (tree instanceof Tree.Mapping map && map.entries().isEmpty());
    if (empty && problems.isEmpty()) {
      String message = "empty (expected: listeners and pools, or host, port and backends)";
      problems.add(Place.UNKNOWN, "", message);
      return null;
    }
    return tree;
  }

  /** The text without the byte order mark that some editors put before it. */
  private String unmarked() {
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
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
