package dev.fairlead.admission;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A set of unsigned 128-bit numbers as the ascending numbers at which membership changes: {@code
 * [10, 20) and [30, end)} is {@code 10 20 30}. Immutable.
 */
final class Edges {
  static final Edges ALL = new Edges(new long[] {0, 0});

  private static final Comparator<Block> BY_START_THEN_WIDEST =
      ((Comparator<Block>) (a, b) -> compare(a.high, a.low, b.high, b.low))
          .thenComparingInt(Block::prefix);

  /** The upper half of each number, followed by its lower half. */
  private final long[] halves;

  private Edges(long[] halves) {
    this.halves = halves;
  }

  /** The numbers that start with the first {@code prefix} bits of this one, whose rest is 0. */
  record Block(long high, long low, int prefix) {

    /** The upper half of the first number after it; it and {@link #endLow} 0 = no number is. */
    private long endHigh() {
      if (prefix == 0) {
        return 0;
      }
      if (prefix <= Long.SIZE) {
        return high + (1L << (Long.SIZE - prefix));
      }
      return endLow() == 0 ? high + 1 : high;
    }

    private long endLow() {
      return prefix <= Long.SIZE ? 0 : low + (1L << (2 * Long.SIZE - prefix));
    }
  }

  static Edges of(List<Block> blocks) {
    Block[] sorted = blocks.toArray(Block[]::new);
    Arrays.sort(sorted, BY_START_THEN_WIDEST);
    Builder edges = new Builder(2 * sorted.length);
    for (Block block : sorted) {
      edges.add(block);
    }
    return edges.build();
  }

  /** The difference of this set and another. */
  Edges minus(Edges other) {
    Builder edges = new Builder(size() + other.size());
    int mine = 0;
    int theirs = 0;
    while (mine < size() || theirs < other.size()) {
      int order = order(mine, other, theirs);
      long high = order <= 0 ? high(mine) : other.high(theirs);
      long low = order <= 0 ? low(mine) : other.low(theirs);
      mine += order <= 0 ? 1 : 0;
      theirs += order >= 0 ? 1 : 0;
      edges.turn((mine & 1) == 1 && (theirs & 1) == 0, high, low);
    }
    return edges.build();
  }

  /** Compares two edges; one past the end of its list comes last. */
  private int order(int mine, Edges other, int theirs) {
    if (mine == size() || theirs == other.size()) {
      return mine == size() ? 1 : -1;
    }
    return compare(high(mine), low(mine), other.high(theirs), other.low(theirs));
  }

  int size() {
    return halves.length / 2;
  }

  long high(int edge) {
    return halves[2 * edge];
  }

  long low(int edge) {
    return halves[2 * edge + 1];
  }

  private static int compare(long highA, long lowA, long highB, long lowB) {
    int order = Long.compareUnsigned(highA, highB);
    return order == 0 ? Long.compareUnsigned(lowA, lowB) : order;
  }

  /** Collects edges in ascending order. */
  private static final class Builder {
    private final long[] halves;
    private int used;

    Builder(int mostEdges) {
      halves = new long[2 * mostEdges];
    }

    /**
     * Adds blocks in the order of their starts, the widest first. Two blocks are disjoint or
     * nested: so each lies within the set so far, continues it, or starts after its end.
     */
    void add(Block block) {
      if (isInside()) {
        return;
      }
      int order =
          used == 0 ? 1 : compare(block.high, block.low, halves[used - 2], halves[used - 1]);
      if (order < 0) {
        return;
      }
      if (order == 0) {
        used -= 2;
      } else {
        put(block.high, block.low);
      }
      if (block.endHigh() != 0 || block.endLow() != 0) {
        put(block.endHigh(), block.endLow());
      }
    }

    void turn(boolean inside, long high, long low) {
      if (inside != isInside()) {
        put(high, low);
      }
    }

    /** Whether the numbers after the last edge are in the set. */
    private boolean isInside() {
      return (used / 2) % 2 == 1;
    }

    private void put(long high, long low) {
      halves[used++] = high;
      halves[used++] = low;
    }

    Edges build() {
      return new Edges(Arrays.copyOf(halves, used));
    }
  }
}
