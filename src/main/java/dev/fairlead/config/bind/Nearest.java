package dev.fairlead.config.bind;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the key that a typing mistake meant: {@code prot} is {@code port}, two letters swapped. */
final class Nearest {
  private static final int CHARS_PER_MISTAKE = 3;
  private static final int MAX_MISTAKES = 3;

  /** To compare longer words, or more of them, takes long and helps nobody. */
  private static final int MAX_CHARS = 40;

  private static final int MAX_KNOWN = 1000;

  private Nearest() {}

  /** The known word nearest to {@code word}; empty when none is near enough. */
  static Optional<String> to(String word, Collection<String> known) {
    if (word.length() > MAX_CHARS) {
      return Optional.empty();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    int most = Math.min(MAX_MISTAKES, Math.max(1, word.length() / CHARS_PER_MISTAKE));
    return known.stream()
        .limit(MAX_KNOWN)
        .filter(k -> Math.abs(k.length() - word.length()) <= most)
        .filter(k -> distance(lower, k.toLowerCase(Locale.ROOT)) <= most)
        .min(Comparator.comparingInt(k -> distance(lower, k.toLowerCase(Locale.ROOT))));
  }

  /** Insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, new int[] {i, j});
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(int[][] cost, String a, String b, int[] at) {
    int i = at[0];
    int j = at[1];
    int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    int best = Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1);
    best = Math.min(best, cost[i - 1][j - 1] + change);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
  }
}
