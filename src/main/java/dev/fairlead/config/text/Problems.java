package dev.fairlead.config.text;

import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Tree.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Collects every problem of one configuration, so that a user corrects them all at once. One load,
 * one thread.
 */
public final class Problems {
  private static final Comparator<PlacedProblem> FILE_THEN_OVERRIDES =
      Comparator.comparing((PlacedProblem found) -> found.place().isOverride())
          .thenComparingInt(found -> found.place().line());

  private final List<PlacedProblem> found = new ArrayList<>();

  private record PlacedProblem(Place place, String path, String message) {
    Problem in(String source) {
      return new Problem(
          place.isOverride() ? Problem.OVERRIDE : source, place.line(), path, message);
    }
  }

  public void add(Place place, String path, String message) {
    found.add(new PlacedProblem(place, path, message));
  }

  /** {@code value (expected: ...)}. */
  public void expected(Tree value, String path, String expected) {
    add(value.place(), path, value.show() + " (expected: " + expected + ")");
  }

  /** Puts a key into {@code entries}, or reports it when it is there already. */
  void once(Map<String, Tree.KeyValue> entries, String parent, String key, Tree.KeyValue keyValue) {
    Tree.KeyValue first = entries.putIfAbsent(key, keyValue);
    if (first != null) {
      String message = "duplicate key (first at line " + first.place().line() + ")";
      add(keyValue.place(), Tree.child(parent, key), message);
    }
  }

  void addAll(Problems others) {
    found.addAll(others.found);
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Those of the document {@code source} by line, then those of overrides. */
  public List<Problem> inOrder(String source) {
    return found.stream()
        .distinct()
        .sorted(FILE_THEN_OVERRIDES)
        .map(each -> each.in(source))
        .toList();
  }
}
