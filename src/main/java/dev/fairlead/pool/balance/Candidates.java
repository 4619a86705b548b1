package dev.fairlead.pool.balance;

import dev.fairlead.pool.Backend;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The backends that a balancer may pick, and draws by weight from them: by binary search in the
 * prefix sums of the weights, so that a draw takes logarithmic time, whatever the weights.
 * Immutable.
 */
public final class Candidates {
  private final Backend[] backends;

  /** Sum of the weights of this backend and all before it: 3, 1, 2 -> 3, 4, 6. */
  private final long[] sums;

  private Candidates(Backend[] backends, long[] sums) {
    this.backends = backends;
    this.sums = sums;
  }

  /** {@code backends}, each with its weight above 0. */
  public static Candidates of(List<Backend> backends, long[] weights) {
    long[] sums = new long[weights.length];
    long sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i];
      sums[i] = sum;
    }
    return new Candidates(backends.toArray(new Backend[0]), sums);
  }

  public int size() {
    return backends.length;
  }

  Backend get(int index) {
    return backends[index];
  }

  long weight(int index) {
    return sums[index] - sumBefore(index);
  }

  /** Draws an index by weight. */
  int draw(RandomGenerator random) {
    return indexAt(random.nextLong(sums[sums.length - 1]));
  }

  /** Draws an index by weight from all but {@code first}; there must be a second candidate. */
  int drawOther(int first, RandomGenerator random) {
    long weight = weight(first);
    long at = random.nextLong(sums[sums.length - 1] - weight);
    return indexAt(at < sumBefore(first) ? at : at + weight);
  }

  /** Draws by weight from those not in {@code tried}; null if there is none. */
  @Nullable Backend drawExcept(Collection<Backend> tried, RandomGenerator random) {
    long left = 0;
    for (int i = 0; i < backends.length; i++) {
      left += tried.contains(backends[i]) ? 0 : weight(i);
    }
    if (left == 0) {
      return null;
    }
    int index = -1;
    for (long at = random.nextLong(left); at >= 0; ) {
      index++;
      at -= tried.contains(backends[index]) ? 0 : weight(index);
    }
    return backends[index];
  }

  /** Whether all are in {@code tried}. */
  boolean allIn(Collection<Backend> tried) {
    return tried.containsAll(Arrays.asList(backends));
  }

  private long sumBefore(int index) {
    return index == 0 ? 0 : sums[index - 1];
  }

  /** The first whose sum is above {@code at}; the sums rise strictly. */
  private int indexAt(long at) {
    int found = Arrays.binarySearch(sums, at);
    return found < 0 ? -found - 1 : found + 1;
  }
}
