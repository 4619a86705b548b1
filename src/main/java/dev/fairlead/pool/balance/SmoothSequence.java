package dev.fairlead.pool.balance;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * The order of a smooth weighted round robin, computed once for a whole turn.
 *
 * <p>In a turn of {@code n} slots the k-th visit of a backend of weight {@code w} may not start
 * before {@code k * n / w} and should be over at {@code (k + 1) * n / w}; each slot goes to the
 * visit that may start and is due first (worst-case fair weighted fair queueing, Bennett and Zhang
 * 1996). So at every slot a backend is less than one visit ahead of its share and less than two
 * behind, and over the turn it has exactly its share. Weights 5,1,1 -> abaacaa; 1,2,3 -> cbcabc.
 * Takes O(n log backends).
 */
final class SmoothSequence {
  /**
   * Most slots of a turn (4 MiB). Weights are divided by their greatest common divisor; if their
   * sum is still above this, they are scaled down to it, rounded to the nearest and to at least 1,
   * so that no backend is dropped: a turn then has up to this many slots plus one a backend.
   */
  static final int MAX_SLOTS = 1 << 20;

  private static final int NONE = -1;

  private final int[] shares;
  private final int[] visits;
  private final int[] sequence;

  /** Indexes whose next visit may start: the slot when it is due, the index in the lower half. */
  private final PriorityQueue<Long> ready = new PriorityQueue<>();

  /** By slot: the first index whose next visit may start there, the others by {@link #after}. */
  private final int[] startingAt;

  private final int[] after;

  private SmoothSequence(int[] shares) {
    this.shares = shares;
    visits = new int[shares.length];
    sequence = new int[Arrays.stream(shares).sum()];
    startingAt = new int[sequence.length];
    after = new int[shares.length];
    Arrays.fill(startingAt, NONE);
  }

  /** For every slot of a turn the index of a weight; each weight is above 0. */
  static int[] of(int[] weights) {
    return new SmoothSequence(shares(weights)).fill();
  }

  private int[] fill() {
    for (int i = 0; i < shares.length; i++) {
      startAt(0, i);
    }
    for (int slot = 0; slot < sequence.length; slot++) {
      for (int i = startingAt[slot]; i != NONE; i = after[i]) {
        ready.add((slotOf(visits[i] + 1L, i) << Integer.SIZE) | i);
      }
      int next = ready.remove().intValue();
      sequence[slot] = next;
      visits[next]++;
      if (visits[next] < shares[next]) {
        startAt(Math.max(slot + 1, (int) slotOf(visits[next], next)), next);
      }
    }
    return sequence;
  }

  private void startAt(int slot, int index) {
    after[index] = startingAt[slot];
    startingAt[slot] = index;
  }

  /** The first whole slot at or after the time of {@code visit} visits. */
  private long slotOf(long visit, int index) {
    return (visit * sequence.length + shares[index] - 1) / shares[index];
  }

  private static int[] shares(int[] weights) {
    int divisor = Arrays.stream(weights).reduce(0, SmoothSequence::greatestCommonDivisor);
    long sum = Arrays.stream(weights).asLongStream().sum();
    if (sum / divisor <= MAX_SLOTS) {
      return Arrays.stream(weights).map(weight -> weight / divisor).toArray();
    }
    return Arrays.stream(weights)
        .map(weight -> (int) Math.max(1, Math.round((double) weight * MAX_SLOTS / sum)))
        .toArray();
  }

  private static int greatestCommonDivisor(int one, int other) {
    return other == 0 ? one : greatestCommonDivisor(other, one % other);
  }
}
