package dev.fairlead.config;

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

  /** The configuration or everything that is wrong with it. */
  public LoadResult load(ConfigText source) {
    Problems problems = new Problems();
    Tree tree = parse(source, problems);
    Tree complete = overrides.apply(tree, problems);
    if (tree == null) {
      return new LoadResult(null, problems.inOrder());
    }
    Binding binding = new Binding(problems, substitution, directory(source));
    FairleadConfig config = new ConfigBinder(binding).bind(complete);
    new ConfigValidator(binding, ConfigBinder.isFlat(complete)).validate(config);
    return new LoadResult(problems.isEmpty() ? config : null, problems.inOrder());
  }

  /** As {@link #load}, with {@code node} and {@code cluster} of {@code own}. */
  public LoadResult loadDynamic(ConfigText source, FairleadConfig own) {
    LoadResult result = load(source);
    FairleadConfig read = result.config();
    return read == null
        ? result
        : new LoadResult(
            new FairleadConfig(own.node(), own.cluster(), read.listeners(), read.pools()),
            List.of());
  }

  private static Path directory(ConfigText source) {
    return source.directory() == null ? Path.of("") : source.directory();
  }

  /** Null = nothing to go on with, and the problems say why. */
  private static Tree parse(ConfigText source, Problems problems) {
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
