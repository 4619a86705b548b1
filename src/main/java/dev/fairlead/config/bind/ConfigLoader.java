package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Document;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.Place;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads a configuration: text to tree, overrides, records, rules. The result is a {@link
 * LoadResult} for any text, never an exception. Files and addresses of the machine are not read.
 *
 * <p>Immutable, any thread; milliseconds for each megabyte, so not on an event loop.
 */
public final class ConfigLoader {
  private final Substitution substitution;
  private final Overrides overrides;

  /**
   * A configuration, or all problems with it in the order of their lines; never both.
   *
   * @param written what it was made of, if that has variables; else null
   * @param unresolved texts with variables as they are written, by their paths
   */
  public record LoadResult(
      @Nullable FairleadConfig config,
      @Nullable Tree written,
      Map<String, String> unresolved,
      List<Problem> problems) {
    public LoadResult {
      unresolved = Map.copyOf(unresolved);
      problems = List.copyOf(problems);
    }

    /**
     * How a problem that is found after loading shows {@code value}, which was read from the {@code
     * bind} at {@code path} or a key below it: with variables as it is written.
     */
    public String shownBind(String path, String value) {
      // The flat form has an address of two keys; in the other form these paths do not exist.
      return Stream.of(path, path + ".unix", "host", "port")
          .filter(unresolved::containsKey)
          .map(unresolved::get)
          .findFirst()
          .orElse(value);
    }

    /** The same for {@code value} of the key at {@code path}. */
    public String shown(String path, String value) {
      return unresolved.getOrDefault(path, value);
    }

    public boolean isValid() {
      return problems.isEmpty();
    }

    /** The configuration of a valid result. */
    @Override
    public FairleadConfig config() {
      return Objects.requireNonNull(config, "not valid");
    }

    /**
     * The dynamic part of a valid result, as {@link ConfigJson} writes it, but with variables as
     * they are written: their values are for this process only.
     */
    public JsonObject dynamicPart() {
      return UnresolvedTexts.over(ConfigJson.dynamicPart(config()), written);
    }
  }

  /**
   * @param environment the variables of {@code ${NAME}}
   * @param overrides {@code KEY=VALUE} each, applied at every load
   */
  public ConfigLoader(Map<String, String> environment, List<String> overrides) {
    this.substitution = Substitution.ofFile(environment);
    this.overrides = new Overrides(overrides);
  }

  /** The configuration, or all problems with it. */
  public LoadResult load(ConfigText source) {
    Problems problems = new Problems();
    Tree tree = overrides.apply(source.document().tree(problems), problems);
    return bind(source, tree, problems, substitution, null);
  }

  /**
   * The same for a revision of the cluster: its {@code node} and {@code cluster} are ignored. Those
   * of {@code own} take their place, and listeners are checked against them. Overrides of {@code
   * node} and {@code cluster} do not apply; all others do, because they belong to this member.
   *
   * <p>Of the environment it may use only what {@link VariableNames} allows, wherever it came from:
   * a revision does not prove that it is of a file, and that of this member's file may use all in
   * it.
   *
   * @param own the configuration that this member was started with
   * @param ofFile the {@link #variables} of this member's file
   */
  public LoadResult loadDynamic(ConfigText source, FairleadConfig own, Set<String> ofFile) {
    Problems problems = new Problems();
    Tree parsed = source.document().tree(problems);
    Tree dynamic =
        parsed instanceof Tree.Mapping map ? map.without(FairleadConfig.PROCESS_KEYS) : parsed;
    Substitution pushed =
        substitution.ofPushed(new VariableNames(ofFile, own.node().environment()));
    return bind(source, overrides.ofDynamicPart().apply(dynamic, problems), problems, pushed, own);
  }

  /**
   * Problems that were found after {@code source} was loaded, at the places of their keys, or of
   * what is around them, and in the order of these.
   */
  public List<Problem> placed(ConfigText source, List<Problem> found) {
    Tree tree = overrides.apply(source.document().tree(new Problems()), new Problems());
    Problems placed = new Problems();
    found.forEach(each -> placed.add(placeOf(each.path(), tree), each.path(), each.message()));
    return placed.inOrder(source.name());
  }

  private static Place placeOf(String path, @Nullable Tree tree) {
    Place place = Place.UNKNOWN; // also of what another form of the document has elsewhere
    Tree at = path.isEmpty() ? null : tree;
    Iterator<String> steps = Overrides.steps(path).iterator();
    while (at != null && steps.hasNext()) {
      at = at.at(steps.next()).orElse(null);
      place = at == null ? place : at.place();
    }
    return place;
  }

  /** The names of the environment variables that the values of a document use. */
  public static Set<String> variables(Document document) {
    Tree tree = document.tree(new Problems());
    return tree == null ? Set.of() : Substitution.namesIn(tree);
  }

  private LoadResult bind(
      ConfigText source,
      @Nullable Tree tree,
      Problems problems,
      Substitution variables,
      @Nullable FairleadConfig own) {
    if (tree != null) {
      Path directory = source.directory() == null ? Path.of("") : source.directory();
      Binding binding = new Binding(problems, variables, directory);
      FairleadConfig config = new ConfigBinder(binding).bind(tree, own);
      new ConfigValidator(binding, ConfigBinder.isFlat(tree)).validate(config, own == null);
      if (problems.isEmpty()) {
        boolean isPlain = Substitution.namesIn(tree).isEmpty();
        return new LoadResult(config, isPlain ? null : tree, binding.unresolved(), List.of());
      }
    }
    return new LoadResult(null, null, Map.of(), problems.inOrder(source.name()));
  }

  /**
   * The same without overrides: pools and backends have the indexes of the document, which {@link
   * dev.fairlead.config.text.Document#with} takes.
   */
  public ConfigLoader withoutOverrides() {
    return new ConfigLoader(substitution.environment(), List.of());
  }
}
