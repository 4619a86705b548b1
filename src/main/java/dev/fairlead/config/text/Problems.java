package dev.fairlead.config.text;

import dev.fairlead.config.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects everything that is wrong with one configuration. One load, one thread. */
public final class Problems {
  private final List<Problem> found = new ArrayList<>();

  public void add(Place place, String path, String message) {
    found.add(new Problem(place.source(), place.line(), path, message));
  }

  /** {@code value (expected: ...)}. */
  public void expected(Tree value, String path, String expected) {
    add(value.place(), path, value.show() + " (expected: " + expected + ")");
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Those of the file in the order of their lines, then those of overrides. */
  public List<Problem> inOrder() {
    return found.stream()
        .distinct()
        .sorted(
            Comparator.comparing((Problem p) -> p.source().equals(Problem.OVERRIDE))
                .thenComparingInt(Problem::line))
        .toList();
  }
}
