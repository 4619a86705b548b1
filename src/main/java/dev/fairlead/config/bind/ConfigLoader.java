package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Place;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.TreeReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads a configuration: text to tree, overrides, records, rules. Whatever the text is, the answer
 * is a {@link LoadResult}, never an exception. Does not look at files or addresses of the machine.
 *
 * <p>Immutable, any thread.
 */
public final class ConfigLoader {
  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final char REPLACEMENT = '\uFFFD';

  private final Substitution substitution;
  private final Overrides overrides;

  /**
   * @param environment where {@code ${NAME}} is looked up
   * @param overrides {@code KEY=VALUE} each, applied at every load
   */
  public ConfigLoader(Map<String, String> environment, List<String> overrides) {
    this.substitution = new Substitution(environment);
    this.overrides = new Overrides(overrides);
  }

  private ConfigLoader(Substitution substitution, Overrides overrides) {
    this.substitution = substitution;
    this.overrides = overrides;
  }

  /** The configuration or everything that is wrong with it. */
  public LoadResult load(ConfigText source) {
    Problems problems = new Problems();
    Tree tree = overrides.apply(parse(source, problems), problems);
    if (tree == null) {
      return new LoadResult(null, problems.inOrder());
    }
    Binding binding = new Binding(problems, substitution, directory(source));
    FairleadConfig config = new ConfigBinder(binding).bind(tree);
    new ConfigValidator(binding, ConfigBinder.isFlat(tree)).validate(config);
    return new LoadResult(problems.isEmpty() ? config : null, problems.inOrder());
  }

  /**
   * The same for a revision of the cluster: its {@code node} and {@code cluster} are not looked at,
   * those of {@code own} stand in the result and are what listeners are judged against. Overrides
   * of {@code node} and {@code cluster} do not apply, all others do: they belong to this member.
   *
   * @param own what this member was started with
   */
  public LoadResult loadDynamic(ConfigText source, FairleadConfig own) {
    Problems problems = new Problems();
    Tree parsed = parse(source, problems);
    Tree dynamic =
        parsed instanceof Tree.Mapping map ? map.without(FairleadConfig.PROCESS_KEYS) : parsed;
    Tree tree = overrides.ofDynamicPart().apply(dynamic, problems);
    if (tree == null) {
      return new LoadResult(null, problems.inOrder());
    }
    Binding binding = new Binding(problems, substitution, directory(source));
    FairleadConfig config = new ConfigBinder(binding).bindDynamic(tree, own);
    new ConfigValidator(binding, ConfigBinder.isFlat(tree)).validateDynamic(config);
    return new LoadResult(problems.isEmpty() ? config : null, problems.inOrder());
  }

  /**
   * The same without overrides: it sees the pools and backends of a text where its author put them,
   * which is where {@code Document.with} finds them.
   */
  public ConfigLoader withoutOverrides() {
    return new ConfigLoader(substitution, new Overrides(List.of()));
  }

  private static Path directory(ConfigText source) {
    return source.directory() == null ? Path.of("") : source.directory();
  }

  /** Null = nothing to go on with, and the problems say why. */
  static Tree parse(ConfigText source, Problems problems) {
    String text = source.text();
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    int malformed = text.indexOf(REPLACEMENT);
    if (malformed >= 0) {
      int line = 1 + (int) text.substring(0, malformed).chars().filter(c -> c == '\n').count();
      problems.add(new Place(source.name(), line), "", "not UTF-8 (expected: UTF-8 text)");
      return null;
    }
    Tree tree = TreeReader.of(source.format()).read(source.name(), text, problems);
    boolean empty = tree == null || (tree instanceof Tree.Mapping map && map.entries().isEmpty());
    if (empty && problems.isEmpty()) {
      String message = "empty (expected: listeners and pools, or host, port and backends)";
      problems.add(new Place(source.name(), 0), "", message);
      return null;
    }
    return tree;
  }
}
