package dev.fairlead.config.bind;

import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.Place;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The state that the binders of one load share: where each path is written, and which paths were
 * reported. A path that was reported is broken: rules that need its value skip it, so that one
 * mistake makes one problem. One load, one thread.
 */
final class Binding {
  private final Problems problems;
  private final Substitution substitution;
  private final Path directory;
  private final Map<String, Place> places = new HashMap<>();
  private final Set<String> broken = new HashSet<>();

  /** Texts with variables, by their paths. */
  private final Map<String, String> unresolved = new HashMap<>();

  /** Relative paths are relative to {@code directory}. */
  Binding(Problems problems, Substitution substitution, Path directory) {
    this.problems = problems;
    this.substitution = substitution;
    this.directory = directory;
  }

  Problems problems() {
    return problems;
  }

  Path directory() {
    return directory;
  }

  /** Reads a single value; empty when it is not valid, which is reported. */
  <T> Optional<T> read(Tree tree, String path, ValueType<T> type) {
    placed(path, tree.place());
    Tree.Scalar written =
        tree instanceof Tree.Scalar single
            ? single
            : new Tree.Scalar(tree.place(), Tree.ScalarKind.OTHER, tree.show());
    Optional<T> value =
        substitution
            .resolve(written, path, problems)
            .flatMap(resolved -> read(written, resolved, path, type));
    if (value.isEmpty()) {
      markBroken(path);
    }
    return value;
  }

  private <T> Optional<T> read(
      Tree.Scalar written, Tree.Scalar resolved, String path, ValueType<T> type) {
    if (!resolved.text().equals(written.text())) {
      unresolved.put(path, written.show());
    }
    ParsedValue<T> parsed = type.read(resolved);
    parsed.expected().ifPresent(expected -> problems.expected(written, path, expected));
    return parsed.value();
  }

  /** Texts with variables as they are written, by their paths. */
  Map<String, String> unresolved() {
    return unresolved;
  }

  /**
   * How a problem shows a value that was read from one of {@code paths}: with variables it is shown
   * as it is written, because their values may be secret.
   */
  String shown(Object value, String... paths) {
    return Stream.of(paths)
        .filter(unresolved::containsKey)
        .map(unresolved::get)
        .findFirst()
        .orElseGet(() -> String.valueOf(value));
  }

  /** Whether the value is the word off. */
  boolean isOff(Tree.Scalar scalar, String path) {
    return substitution
        .resolve(scalar, path, problems)
        .filter(resolved -> resolved.is("off"))
        .isPresent();
  }

  /** Reports an unknown key; returns the known key that was probably meant. */
  Optional<String> unknownKey(Place place, String path, String key, List<String> known) {
    Optional<String> meant = Nearest.to(key, known);
    String hint =
        meant
            .map(m -> "did you mean \"" + m + "\"?")
            .orElseGet(() -> "expected: one of " + String.join(", ", known));
    problems.add(place, path, "unknown key (" + hint + ")");
    return meant;
  }

  /** Reports a value whose kind is not the expected one. */
  void refuse(Tree tree, String path, String expected) {
    problems.expected(tree, path, expected);
    markBroken(path);
  }

  void missing(Place place, String path, String expected) {
    problems.add(place, path, "missing (expected: " + expected + ")");
    markBroken(path);
  }

  /** Reports a value at the place where {@code path} is written. */
  void report(String path, String message) {
    problems.add(placeOf(path), path, message);
  }

  /**
   * Reports {@code path} when an earlier path has the same key.
   *
   * @param seen keys and their first paths
   * @param key empty = the value was reported, and equals no other
   */
  void once(Map<String, String> seen, String key, String path, String value) {
    String first = key.isEmpty() ? null : seen.putIfAbsent(key, path);
    if (first != null) {
      String shown = shown(value, path, path + ".host", path + ".port", path + ".unix");
      report(path, shown + " (expected: once only, " + first + " has it already)");
    }
  }

  /** Reports every value of the list at {@code path} that is there twice. */
  void once(List<String> values, String path) {
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      once(seen, values.get(i), path + "[" + i + "]", values.get(i));
    }
  }

  void placed(String path, Place place) {
    places.put(path, place);
  }

  /** The line of a value, in brackets, to be added to its path; empty where there is none. */
  String lineOf(String path) {
    int line = placeOf(path).line();
    return line > 0 ? " (line " + line + ")" : "";
  }

  /** Where a value is written; for a default, where the map around it is. */
  private Place placeOf(String path) {
    for (String p = path; !p.isEmpty(); p = p.substring(0, lastStep(p))) {
      if (places.containsKey(p)) {
        return places.get(p);
      }
    }
    return places.getOrDefault("", Place.OVERRIDE);
  }

  private static int lastStep(String path) {
    return Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')));
  }

  void markBroken(String path) {
    broken.add(path);
  }

  /** Whether that path itself was reported; paths below it do not count. */
  boolean isBroken(String path) {
    return broken.contains(path);
  }
}
