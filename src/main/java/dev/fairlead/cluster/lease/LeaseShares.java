package dev.fairlead.cluster.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How a limit is split among those who use and want it.
 *
 * <p>When there is enough, a member should hold what it uses and wants, and a spare, so that the
 * next client need not wait. Limit 100, a uses 10 and wants 20, b uses nothing, two members with a
 * spare of 13 each: a 10 + 20 + 13, b 13. When there is not enough, all of it is split in
 * proportion to what each uses and wants. Limit 100, a uses 40 and wants 90, b wants 30: a 81, b
 * 19. Nobody is cut off for that: who uses more only takes no more, and only while another has less
 * than half of his part.
 */
final class LeaseShares {
  private static final int SPARE_DIVISOR = 4;

  private LeaseShares() {}

  /**
   * So many {@code member} should hold. All that see the same entry agree.
   *
   * @param limit above 0
   * @param mostSpare of each, above 0
   */
  static int target(LeaseEntry entry, String member, int limit, int mostSpare) {
    long demand = demand(entry);
    if (demand > limit) {
      return split(entry, limit, demand).getOrDefault(member, 0);
    }
    long spare = Math.min(mostSpare, spare(entry, member, limit - demand));
    return (int) Math.min(limit, entry.row(member).demand() + spare);
  }

  /** Whether somebody but {@code member} wants more and has less than half of his part. */
  static boolean isAnotherStarving(LeaseEntry entry, String member, int limit) {
    long demand = demand(entry);
    if (demand <= limit) {
      return false;
    }
    Map<String, Integer> parts = split(entry, limit, demand);
    return entry.rows().entrySet().stream()
        .anyMatch(
            each ->
                !each.getKey().equals(member)
                    && each.getValue().isUnmet()
                    && 2L * each.getValue().held() < parts.get(each.getKey()));
  }

  /**
   * So much is spare for each at most: of connections a quarter of the limit for all together, as
   * who dies takes his spare along for a while; of a rate, and for who is alone, all.
   */
  static int mostSpare(int limit, int members, boolean isRate) {
    long parts = isRate || members <= 1 ? Math.max(1, members) : (long) SPARE_DIVISOR * members;
    return (int) ((limit + parts - 1) / parts);
  }

  private static long demand(LeaseEntry entry) {
    return entry.rows().values().stream().mapToLong(LeaseRow::demand).sum();
  }

  private static long spare(LeaseEntry entry, String member, long left) {
    boolean hasRow = entry.rows().containsKey(member);
    int sharers = entry.rows().size() + (hasRow ? 0 : 1);
    int rank = entry.rows().headMap(member).size();
    return left / sharers + (rank < left % sharers ? 1 : 0);
  }

  /**
   * In proportion to demand. What can't be divided goes to the largest remainders; but if somebody
   * would get nothing, it is drawn by lot, another one for each version of the entry, so that all
   * get some in time. Drawing without replacement after P. Efraimidis and P. Spirakis, "Weighted
   * random sampling with a reservoir", 2006.
   */
  private static Map<String, Integer> split(LeaseEntry entry, int limit, long demand) {
    Map<String, Integer> shares = new HashMap<>();
    Map<String, Double> order = new HashMap<>();
    int left = limit;
    boolean isNobodyLeftOut = true;
    for (Map.Entry<String, LeaseRow> each : entry.rows().entrySet()) {
      long product = limit * each.getValue().demand();
      int share = (int) (product / demand);
      shares.put(each.getKey(), share);
      order.put(each.getKey(), (double) -(product % demand));
      isNobodyLeftOut &= share > 0 || product == 0;
      left -= share;
    }
    if (!isNobodyLeftOut) {
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
