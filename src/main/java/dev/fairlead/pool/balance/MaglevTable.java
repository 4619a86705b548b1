package dev.fairlead.pool.balance;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * A lookup table in which every backend has slots in proportion to its weight, and keeps almost all
 * of them when another is added or removed (Eisenbud et al., "Maglev", NSDI 2016, section 3.4).
 *
 * <p>Each backend has a list of all slots in an order of its own, from the hash of its id. They
 * take turns, each taking the first free slot of its list: the k-th turn of a backend of weight
 * {@code w} comes at time {@code k / w}, so all have their first turn before any has its second and
 * no backend is left without a slot. The order of the configuration does not matter.
 */
final class MaglevTable {
  /** A prime, so that every step visits all slots; the paper's small table. */
  static final int SLOTS = 65_537;

  /** A prime, for pools with less than {@link #SLOTS_A_BACKEND} in the small table. */
  static final int MANY_SLOTS = 1_048_583;

  private static final int SLOTS_A_BACKEND = 10;
  private static final int FREE = -1;

  private MaglevTable() {}

  /** By slot the index of a candidate. */
  static int[] of(Candidates candidates) {
    int size = candidates.size() * SLOTS_A_BACKEND <= SLOTS ? SLOTS : MANY_SLOTS;
    int[] table = new int[size];
    Arrays.fill(table, FREE);
    PriorityQueue<SlotOwner> turns = new PriorityQueue<>(owners(candidates, size));
    for (int taken = 0; taken < size; taken++) {
      SlotOwner next = turns.remove();
      table[next.takeFreeSlot(table)] = next.index;
      turns.add(next);
    }
    return table;
  }

  private static List<SlotOwner> owners(Candidates candidates, int size) {
    List<Integer> byId =
        IntStream.range(0, candidates.size())
            .boxed()
            .sorted(Comparator.comparing(index -> candidates.get(index).id()))
            .toList();
    return IntStream.range(0, byId.size())
        .mapToObj(rank -> new SlotOwner(candidates, byId.get(rank), rank, size))
        .toList();
  }

  /** A backend while the table is filled. */
  private static final class SlotOwner implements Comparable<SlotOwner> {
    private final int index;
    private final int rank;
    private final long weight;
    private final int step;
    private int slot;
    private long turns;

    SlotOwner(Candidates candidates, int index, int rank, int size) {
      this.index = index;
      this.rank = rank;
      weight = candidates.weight(index);
      long hash = StableHash.of(candidates.get(index).id());
      slot = Math.floorMod(hash, size);
      step = 1 + Math.floorMod(StableHash.mix(hash), size - 1);
    }

    int takeFreeSlot(int[] table) {
      while (table[slot] != FREE) {
        slot = (slot + step) % table.length;
      }
      turns++;
      return slot;
    }

    @Override
    public int compareTo(SlotOwner other) {
      int order = Long.compare(turns * other.weight, other.turns * weight);
      return order != 0 ? order : Integer.compare(rank, other.rank);
    }
  }
}
