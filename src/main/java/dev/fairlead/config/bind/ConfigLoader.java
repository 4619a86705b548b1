package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
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
    Tree tree = overrides.apply(source.document().tree(problems), problems);
    if (tree == null) {
      return new LoadResult(null, problems.inOrder(source.name()));
    }
    Binding binding = new Binding(problems, substitution, directory(source));
    FairleadConfig config = new ConfigBinder(binding).bind(tree);
    new ConfigValidator(binding, ConfigBinder.isFlat(tree)).validate(config);
    return new LoadResult(problems.isEmpty() ? config : null, problems.inOrder(source.name()));
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
    Tree parsed = source.document().tree(problems);
    Tree dynamic =
        parsed instanceof Tree.Mapping map ? map.without(FairleadConfig.PROCESS_KEYS) : parsed;
    Tree tree = overrides.ofDynamicPart().apply(dynamic, problems);
    if (tree == null) {
      return new LoadResult(null, problems.inOrder(source.name()));
    }
    Binding binding = new Binding(problems, substitution, directory(source));
    FairleadConfig config = new ConfigBinder(binding).bindDynamic(tree, own);
    new ConfigValidator(binding, ConfigBinder.isFlat(tree)).validateDynamic(config);
    return new LoadResult(problems.isEmpty() ? config : null, problems.inOrder(source.name()));
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
}
