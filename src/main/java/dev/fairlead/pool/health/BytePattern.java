package dev.fairlead.pool.health;

/**
 * Finds bytes in a stream that arrives in pieces, without buffering it (Knuth, Morris and Pratt).
 * The state is the number of bytes of the pattern with which the stream ends: for {@code aab} and
 * the stream {@code aaab} it is 0, 1, 2, 2, 3. Immutable.
 */
final class BytePattern {
  private final byte[] pattern;

  /** By matched bytes: the longest shorter prefix of the pattern with which they end. */
  private final int[] shorter;

  /** At least one byte. */
  BytePattern(byte[] pattern) {
    this.pattern = pattern.clone();
    this.shorter = new int[pattern.length + 1];
    for (int n = 1; n < pattern.length; n++) {
      shorter[n + 1] = next(shorter[n], pattern[n]);
    }
  }

  /** The state in which the pattern is found. */
  int length() {
    return pattern.length;
  }

  /** The state after {@code read}, from {@code matched}, which is below {@link #length}. */
  int next(int matched, byte read) {
    int state = matched;
    while (state > 0 && pattern[state] != read) {
      state = shorter[state];
    }
    return pattern[state] == read ? state + 1 : 0;
  }
}
