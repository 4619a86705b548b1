package dev.fairlead.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a limit is split: a member should hold what it uses and its share of the rest.
 *
 * <p>When there is enough, the share is what it wants and a little spare, so that the next client
 * need not wait: a quarter of the limit is spare at most, the same for each. Limit 100, a uses 10
 * and wants 20, b uses nothing, two members: a 10 + 20 + 13, b 13. When there is not enough, what
 * nobody uses is split by what is wanted. Limit 100, a uses 40 and wants 90, b wants 30: a 40 + 45,
 * b 15. Of a rate nothing is in use, and all of it is split by demand.
 */
final class LeaseShares {
  private static final int SPARE_DIVISOR = 4;

  private LeaseShares() {}

  /**
   * So many {@code member} should hold. All that see the same entry agree.
   *
   * @param limit above 0
   * @param members of the cluster
   */
  static int target(LeaseEntry entry, String member, int limit, int members) {
    long used = 0;
    long wanted = 0;
    for (LeaseRow row : entry.rows().values()) {
      used += row.used();
      wanted += row.wanted();
    }
    LeaseRow row = entry.row(member);
    long left = limit - used - wanted;
    long target;
    if (left >= 0) {
      target = (long) row.used() + row.wanted() + spare(entry, member, limit, members, left);
    } else {
      target =
          row.used() + split(entry, Math.max(0, limit - used), wanted).getOrDefault(member, 0L);
    }
    return (int) Math.min(limit, target);
  }

  private static long spare(LeaseEntry entry, String member, int limit, int members, long left) {
    long parts = (long) SPARE_DIVISOR * Math.max(1, members);
    long most = (limit + parts - 1) / parts;
    boolean hasRow = entry.rows().containsKey(member);
    int sharers = entry.rows().size() + (hasRow ? 0 : 1);
    int rank = entry.rows().headMap(member).size();
    return Math.min(most, left / sharers + (rank < left % sharers ? 1 : 0));
  }

  /** By largest remainder, then by id. */
  private static Map<String, Long> split(LeaseEntry entry, long free, long wanted) {
    if (wanted == 0) {
      return Map.of();
    }
    Map<String, Long> shares = new HashMap<>();
    Map<String, Long> remainders = new HashMap<>();
    long left = free;
    for (Map.Entry<String, LeaseRow> each : entry.rows().entrySet()) {
      long product = free * each.getValue().wanted();
      shares.put(each.getKey(), product / wanted);
      remainders.put(each.getKey(), product % wanted);
      left -= product / wanted;
    }
    List<String> order = new ArrayList<>(entry.rows().keySet());
    order.sort(Comparator.comparing(remainders::get, Comparator.reverseOrder()));
    for (String member : order.subList(0, (int) left)) {
      shares.merge(member, 1L, Long::sum);
    }
    return shares;
  }
}
