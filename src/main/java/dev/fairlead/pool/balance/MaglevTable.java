package dev.fairlead.pool.balance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.fairlead.pool.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A lookup table in which every backend has slots in proportion to its weight, and keeps almost all
 * of them when another is added or removed (Eisenbud et al., "Maglev", NSDI 2016, section 3.4).
 *
 * <p>Slots go to hosts first, so that pools of the same hosts and weights, as for the control and
 * the data connections of FTP, agree on the host of a client whatever the ports; backends of one
 * host share its slots by a second, smaller table. If all have one host there is only that one.
 *
 * <p>Each host has a list of all slots in an order of its own, from the hash of its name. They take
 * turns, each taking the first free slot of its list: the k-th turn of a backend of weight {@code
 * w} comes at time {@code k / w}, so all have their first turn before any has its second and no
 * backend is left without a slot. The order of the configuration does not matter.
 */
final class MaglevTable {
  /** A prime, so that every step visits all slots; the paper's small table. */
  static final int SLOTS = 65_537;

  /** A prime, for pools with less than {@link #SLOTS_A_BACKEND} in the small table. */
  static final int MANY_SLOTS = 1_048_583;

  /** A prime, for the backends of one host among others. */
  private static final int FEW_SLOTS = 4_099;

  private static final int SLOTS_A_BACKEND = 10;
  private static final int FREE = -1;

  private MaglevTable() {}

  /** By slot the index of a candidate. */
  static int[] of(Candidates candidates) {
    Map<String, List<Integer>> byHost =
        IntStream.range(0, candidates.size())
            .boxed()
            .collect(groupingBy(index -> host(candidates.get(index)), TreeMap::new, toList()));
    int most = byHost.values().stream().mapToInt(List::size).max().orElse(0);
    int size = size(Math.max(byHost.size(), most), SLOTS);
    if (byHost.size() == 1) {
      return ofPorts(candidates, List.copyOf(byHost.values()).get(0), size);
    }
    List<List<Integer>> hosts = List.copyOf(byHost.values());
    int[] table = ofHosts(candidates, byHost, size);
    int[][] ports = new int[hosts.size()][];
    for (int host = 0; host < ports.length; host++) {
      List<Integer> same = hosts.get(host);
      ports[host] = ofPorts(candidates, same, same.size() == 1 ? 1 : size(same.size(), FEW_SLOTS));
    }
    for (int slot = 0; slot < size; slot++) {
      int[] same = ports[table[slot]];
      table[slot] = same[slot % same.length];
    }
    return table;
  }

  /** The smallest table that has enough slots for so many, of {@code least} slots or more. */
  private static int size(int owners, int least) {
    return IntStream.of(FEW_SLOTS, SLOTS)
        .filter(slots -> slots >= least && owners * SLOTS_A_BACKEND <= slots)
        .findFirst()
        .orElse(MANY_SLOTS);
  }

  private static String host(Backend backend) {
    String host = backend.config().host();
    return host == null ? backend.id() : host;
  }

  /** By slot the rank of a host, which has the weight of all its candidates. */
  private static int[] ofHosts(Candidates candidates, Map<String, List<Integer>> byHost, int size) {
    List<SlotOwner> owners = new ArrayList<>();
    byHost.forEach(
        (host, same) -> {
          long weight = same.stream().mapToLong(candidates::weight).sum();
          owners.add(new SlotOwner(host, owners.size(), owners.size(), weight, size));
        });
    return fill(owners, size);
  }

  /** By slot the index of one of the candidates {@code same}, by their ids. */
  private static int[] ofPorts(Candidates candidates, List<Integer> same, int size) {
    List<Integer> byId =
        same.stream().sorted(Comparator.comparing(index -> candidates.get(index).id())).toList();
    List<SlotOwner> owners =
        IntStream.range(0, byId.size())
            .mapToObj(
                rank -> {
                  int index = byId.get(rank);
                  String id = candidates.get(index).id();
                  return new SlotOwner(id, index, rank, candidates.weight(index), size);
                })
            .toList();
    return fill(owners, size);
  }

  private static int[] fill(List<SlotOwner> owners, int size) {
    int[] table = new int[size];
    Arrays.fill(table, FREE);
    PriorityQueue<SlotOwner> turns = new PriorityQueue<>(owners);
    for (int taken = 0; taken < size; taken++) {
      SlotOwner next = turns.remove();
      table[next.takeFreeSlot(table)] = next.index;
      turns.add(next);
    }
    return table;
  }

  /** A host or a backend while the table is filled. */
  private static final class SlotOwner implements Comparable<SlotOwner> {
    private final int index;
    private final int rank;
    private final long weight;
    private final int step;
    private int slot;
    private long turns;

    SlotOwner(String key, int index, int rank, long weight, int size) {
      this.index = index;
      this.rank = rank;
      this.weight = weight;
      long hash = StableHash.of(key);
      slot = Math.floorMod(hash, size);
      step = size == 1 ? 1 : 1 + Math.floorMod(StableHash.mix(hash), size - 1);
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
