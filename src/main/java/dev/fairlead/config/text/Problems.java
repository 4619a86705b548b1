package dev.fairlead.config.text;

import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Tree.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects the problems of one configuration, so that a user corrects them all at once; the first
 * {@value #MAX_SHOWN}, so that a hostile text makes no endless list. One load, one thread.
 */
public final class Problems {
  private static final Comparator<PlacedProblem> FILE_THEN_OVERRIDES =
      Comparator.comparing((PlacedProblem found) -> found.place().isOverride())
          .thenComparingInt(found -> found.place().line());

  /** Most problems that are shown; a user who sees so many corrects those first. */
  private static final int MAX_SHOWN = 100;

  private final Set<PlacedProblem> found = new LinkedHashSet<>();

  private record PlacedProblem(Place place, String path, String message) {
    Problem in(String source) {
      return new Problem(
          place.isOverride() ? Problem.OVERRIDE : source, place.line(), path, message);
    }
  }

  public void add(Place place, String path, String message) {
    add(new PlacedProblem(place, path, message));
  }

  private void add(PlacedProblem problem) {
    if (!isFull()) {
      found.add(problem);
    }
  }

  /** Whether no more are kept, so that there is no need to search for them. */
  public boolean isFull() {
    return found.size() >= MAX_SHOWN;
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
    others.found.forEach(this::add);
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Those of the document {@code source} by line, then those of overrides; at most 101. */
  public List<Problem> inOrder(String source) {
    List<Problem> all = new ArrayList<>();
    found.stream().sorted(FILE_THEN_OVERRIDES).map(each -> each.in(source)).forEach(all::add);
    if (isFull()) {
      all.add(
          new Problem(source, 0, "", "the first " + MAX_SHOWN + " problems, there may be more"));
    }
    return all;
  }
}
