package dev.fairlead.config.bind;

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

/** What one load shares while it turns a tree into records. One load, one thread. */
final class Binding {
  private final Problems problems;
  private final Substitution substitution;
  private final Path directory;
  private final Map<String, Place> places = new HashMap<>();
  private final Set<String> broken = new HashSet<>();

  Binding(Problems problems, Substitution substitution, Path directory) {
    this.problems = problems;
    this.substitution = substitution;
    this.directory = directory;
  }

  Problems problems() {
    return problems;
  }

  /** Relative paths are relative to it. */
  Path directory() {
    return directory;
  }

  /** Reads a single value; what is wrong is reported and {@code fallback} comes back. */
  <T> T read(Tree tree, String path, ValueType<T> type, T fallback) {
    placed(path, tree.place());
    ValueType.Outcome<T> outcome = outcome(tree, path, type);
    if (outcome == null || !outcome.isRead()) {
      markBroken(path);
      return fallback;
    }
    return outcome.value();
  }

  /** Null = its substitution failed; a problem was reported then and when it was not read. */
  <T> ValueType.Outcome<T> outcome(Tree tree, String path, ValueType<T> type) {
    Tree.Scalar scalar =
        tree instanceof Tree.Scalar single
            ? substitution.resolve(single, path, problems)
            : new Tree.Scalar(tree.place(), Tree.ScalarKind.OTHER, tree.show());
    if (scalar == null) {
      return null;
    }
    ValueType.Outcome<T> outcome = type.read(scalar);
    if (!outcome.isRead()) {
      problems.expected(scalar, path, outcome.expected());
    }
    return outcome;
  }

  /** Whether the value is the word off, for which false stands too. */
  boolean isOff(Tree.Scalar scalar, String path) {
    Tree.Scalar resolved = substitution.resolve(scalar, path, problems);
    return resolved != null
        && ((resolved.isText() && resolved.text().equals("off"))
            || resolved.asBoolean().equals(Optional.of(false)));
  }

  /** Reports a key nobody asked for; gives the known key that was probably meant. */
  Optional<String> unknownKey(Place place, String path, String key, List<String> known) {
    Optional<String> meant = Nearest.to(key, known);
    String hint =
        meant
            .map(m -> "did you mean \"" + m + "\"?")
            .orElseGet(() -> "expected: one of " + String.join(", ", known));
    problems.add(place, path, "unknown key (" + hint + ")");
    return meant;
  }

  void missing(Place place, String path, String expected) {
    problems.add(place, path, "missing (expected: " + expected + ")");
    markBroken(path);
  }

  void placed(String path, Place place) {
    places.put(path, place);
  }

  /** Where a value stands; that of the key around it when the value is a default. */
  Place placeOf(String path) {
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

  /** Notes that a path was reported, so that what follows from it is not reported again. */
  void markBroken(String path) {
    broken.add(path);
  }

  /** True when that key itself was reported: what is below it does not count. */
  boolean isBroken(String path) {
    return broken.contains(path);
  }
}
