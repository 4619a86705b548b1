package dev.fairlead.cluster.lease;

import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Splits a limit by demand. A pure function of the entry, so that all members that read the same
 * entry compute the same shares.
 *
 * <p>If the sum of demands is within the limit, a share is the member's demand and a spare, so that
 * its next client need not wait for a grant. Otherwise the whole limit is split in proportion to
 * demand. A share below use cuts no connection: the member takes no new permits, and only while
 * another member starves, that is holds less than half of its share.
 *
 * <pre>
 * limit 100, spare at most 13    a uses 10, wants 20    share 30 + 13 = 43
 *                                b uses  0, wants  0    share  0 + 13 = 13
 * limit 100                      a uses 40, wants 90    share 100 * 130 / 160 = 81
 *                                b uses  0, wants 30    share 100 *  30 / 160 = 19
 * </pre>
 */
final class LeaseShares {
  /** Raising it makes members wait for grants; lowering it leaves more permits with a dead one. */
  private static final int SPARE_DIVISOR = 4;

  private LeaseShares() {}

  /** The permits {@code member} should hold; {@code limit} and {@code maxSpare} are above 0. */
  static int target(LeaseEntry entry, String member, int limit, int maxSpare) {
    long demand = demand(entry);
    if (demand > limit) {
      return split(entry, limit, demand).getOrDefault(member, 0);
    }
    long spare = Math.min(maxSpare, spare(entry, member, limit - demand));
    return (int) Math.min(limit, entry.row(member).demand() + spare);
  }

  /** Whether another member has unmet demand and holds less than half of its share. */
  static boolean isAnotherStarving(LeaseEntry entry, String member, int limit) {
    long demand = demand(entry);
    if (demand <= limit) {
      return false;
    }
    Map<String, Integer> shares = split(entry, limit, demand);
    return entry.rows().entrySet().stream()
        .anyMatch(
            each ->
                !each.getKey().equals(member)
                    && each.getValue().isUnmet()
                    && 2L * each.getValue().held() < shares.getOrDefault(each.getKey(), 0));
  }

  /**
   * The most permits a member may hold beyond its demand: for connections its part of a quarter of
   * the limit, because a dead member keeps its spare for a while; for a rate, and for a single
   * member, its part of the whole limit.
   */
  static int maxSpare(int limit, int members, boolean isRate) {
    long parts = isRate || members <= 1 ? Math.max(1, members) : (long) SPARE_DIVISOR * members;
    return (int) ((limit + parts - 1) / parts);
  }

  private static long demand(LeaseEntry entry) {
    return entry.rows().values().stream().mapToLong(LeaseRow::demand).sum();
  }

  /** The member's even part of {@code left}; the first members by id get one more. */
  private static long spare(LeaseEntry entry, String member, long left) {
    boolean hasRow = entry.rows().containsKey(member);
    int sharers = entry.rows().size() + (hasRow ? 0 : 1);
    int rank = entry.rows().headMap(member).size();
    return left / sharers + (rank < left % sharers ? 1 : 0);
  }

  /**
   * In proportion to demand. Permits left over by rounding go to the largest remainders. If a
   * member's share would then be zero, they are drawn by lot instead, differently for each version
   * of the entry, so that each member gets some in time. Drawing without replacement after P.
   * Efraimidis, P. Spirakis, "Weighted random sampling with a reservoir", 2006.
   */
  private static Map<String, Integer> split(LeaseEntry entry, int limit, long demand) {
    Map<String, Integer> shares = new HashMap<>();
    Map<String, Double> order = new HashMap<>();
    int left = limit;
    boolean hasEachAShare = true;
    for (Map.Entry<String, LeaseRow> each : entry.rows().entrySet()) {
      long product = limit * each.getValue().demand();
      int share = (int) (product / demand);
      shares.put(each.getKey(), share);
      // Negated as a double: a remainder of 0 is -0.0, which both orders put last.
      order.put(each.getKey(), -(double) (product % demand));
      hasEachAShare &= share > 0 || product == 0;
      left -= share;
    }
    if (!hasEachAShare) {
      order.replaceAll((member, rest) -> Math.log(lot(member, entry.version())) / rest);
    }
    List<String> first = new ArrayList<>(entry.rows().keySet());
    first.sort(Comparator.comparing(order::get));
    for (String member : first.subList(0, left)) {
      shares.merge(member, 1, Integer::sum);
    }
    return shares;
  }

  /** Between 0 and 1, the same on all members. */
  private static double lot(String member, long version) {
    return new SplittableRandom(member.hashCode() ^ (version << Integer.SIZE)).nextDouble();
  }
}
