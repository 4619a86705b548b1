package dev.fairlead.config.text;

import com.github.difflib.algorithm.Change;
import com.github.difflib.algorithm.DiffAlgorithmI;
import com.github.difflib.algorithm.DiffAlgorithmListener;
import com.github.difflib.patch.DeltaType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The shortest list of changes that makes one list of lines of another: the greedy algorithm of E.
 * W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986. Its work and its memory grow
 * with the square of the number of changed lines; above {@link #MOST_STEPS} all that is between the
 * common beginning and the common end is one change. Immutable, any thread.
 *
 * <p>For {@code abc} and {@code axc}, round 0 reaches the end of the common {@code a}, round 1
 * removes {@code b} or inserts {@code x}, round 2 does both and follows {@code c} to the end.
 */
final class LineDiff implements DiffAlgorithmI<String> {
  /**
   * Comparisons of two lines. A higher value finds the shortest changes of texts that differ more;
   * a lower one answers sooner and takes less memory, four bytes for each step at most.
   */
  static final int MOST_STEPS = 4_000_000;

  private final BiPredicate<String, String> equal;

  LineDiff() {
    this(String::equals);
  }

  LineDiff(BiPredicate<String, String> equal) {
    this.equal = equal;
  }

  @Override
  public List<Change> computeDiff(
      List<String> a, List<String> b, @Nullable DiffAlgorithmListener ignoredProgress) {
    int shorter = Math.min(a.size(), b.size());
    int start = 0;
    while (start < shorter && equal.test(a.get(start), b.get(start))) {
      start++;
    }
    int end = 0;
    while (end < shorter - start
        && equal.test(a.get(a.size() - 1 - end), b.get(b.size() - 1 - end))) {
      end++;
    }
    Middle middle =
        new Middle(a.subList(start, a.size() - end), b.subList(start, b.size() - end), start);
    return middle.isEmpty() ? List.of() : middle.changes(equal);
  }

  /** What differs, from line {@code start} of both on. */
  private record Middle(List<String> a, List<String> b, int start) {

    boolean isEmpty() {
      return a.isEmpty() && b.isEmpty();
    }

    List<Change> changes(BiPredicate<String, String> equal) {
      List<int[]> rounds = rounds(equal);
      return rounds.isEmpty() ? List.of(change(0, a.size(), 0, b.size())) : changes(rounds);
    }

    /**
     * Round {@code d} has, for each diagonal {@code 2i - d}, how far in {@code a} {@code d} removed
     * and inserted lines reach; the last round reaches the end. Empty above the limit.
     */
    private List<int[]> rounds(BiPredicate<String, String> equal) {
      List<int[]> rounds = new ArrayList<>();
      int steps = 0;
      for (int d = 0; ; d++) {
        int[] round = new int[d + 1];
        for (int i = 0; i <= d; i++) {
          int from = d == 0 ? 0 : next(rounds.get(d - 1), i);
          int x = from;
          int diagonal = 2 * i - d;
          while (x < a.size()
              && x - diagonal < b.size()
              && equal.test(a.get(x), b.get(x - diagonal))) {
            x++;
          }
          round[i] = x;
          steps += 1 + x - from;
          if (steps > MOST_STEPS) {
            return List.of();
          }
          if (x >= a.size() && x - diagonal >= b.size()) {
            rounds.add(round);
            return rounds;
          }
        }
        rounds.add(round);
      }
    }

    /**
     * Whether entry {@code i} of the round after {@code last} inserts a line; else it removes one.
     */
    private static boolean inserts(int[] last, int i) {
      return i == 0 || (i < last.length && last[i - 1] < last[i]);
    }

    private static int next(int[] last, int i) {
      return inserts(last, i) ? last[i] : last[i - 1] + 1;
    }

    /** Goes back from the end; edits without an equal line between them are one change. */
    private List<Change> changes(List<int[]> rounds) {
      List<Change> changes = new ArrayList<>();
      int i = rounds.get(rounds.size() - 1).length - 1;
      i = (a.size() - b.size() + i) / 2;
      int endA = -1;
      int endB = -1;
      int startA = -1;
      int startB = -1;
      for (int d = rounds.size() - 1; d > 0; d--) {
        int[] last = rounds.get(d - 1);
        boolean inserts = inserts(last, i);
        i = inserts ? i : i - 1;
        int x = last[i];
        int y = x - (2 * i - (d - 1));
        int nextX = inserts ? x : x + 1;
        int nextY = inserts ? y + 1 : y;
        if (nextX != startA || nextY != startB) {
          if (startA >= 0) {
            changes.add(change(startA, endA, startB, endB));
          }
          endA = nextX;
          endB = nextY;
        }
        startA = x;
        startB = y;
      }
      changes.add(change(startA, endA, startB, endB));
      Collections.reverse(changes);
      return changes;
    }

    private Change change(int startA, int endA, int startB, int endB) {
      DeltaType type =
          startA == endA ? DeltaType.INSERT : startB == endB ? DeltaType.DELETE : DeltaType.CHANGE;
      return new Change(type, start + startA, start + endA, start + startB, start + endB);
    }
  }
}
