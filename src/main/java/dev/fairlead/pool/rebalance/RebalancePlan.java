package dev.fairlead.pool.rebalance;

import dev.fairlead.config.PoolConfig.Rebalance;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.ToLongFunction;

/**
 * How many sessions of each backend are ended, by whom, in one second. Every member computes the
 * plan of the whole cluster from the same counts, so that no leader is needed: the parts of all
 * members add up to exactly what is to be ended. Immutable, any thread.
 *
 * <pre>
 * sessions 150, 150, 0 of weight 1, excess 10%    share 100, 90 to 110 are within the excess:
 *                                                 the third lacks 90, the others lose 45 each
 * rate 5%                                         15 a second: 8 of the first, 7 of the second
 * members that hold 100 and 50 of the first       5 and 3, in another second 6 and 2
 * </pre>
 *
 * <p>As many are ended as are held above the excess, or as others lack to be within it, whichever
 * is more: of the backends that are highest above their share, down to one level for all.
 *
 * <p>What is ended must find a place: no more is ended than those below their share can take, now
 * and when all slow starts are over; else it would be ended again soon. A backend whose limit is
 * below its share counts with its limit, and the others share the rest.
 *
 * @param loads of the backends that take new sessions; no others are given a share
 * @param total the sessions that are shared out, those of other backends included
 * @param returning how many of these are missing now: their clients are on their way
 */
public record RebalancePlan(Rebalance rules, List<Load> loads, long total, long returning) {
  private static final int PERCENT = 100;

  /** The fractional part of the golden ratio: its multiples are spread evenly between 0 and 1. */
  private static final double GOLDEN = 0.618033988749895;

  private static final double HALF = 0.5;

  public RebalancePlan {
    loads = List.copyOf(loads);
  }

  /**
   * A backend.
   *
   * @param weight with its slow start, above 0; all of one plan on the same scale
   * @param grown its weight after all slow starts; on a scale of its own
   * @param limit most sessions it takes in the whole cluster, {@link Long#MAX_VALUE} = any number
   * @param byMember its sessions, by id of the member that has them
   */
  public record Load(
      String backend, long weight, long grown, long limit, SortedMap<String, Integer> byMember) {
    public long sessions() {
      return byMember.values().stream().mapToLong(Integer::longValue).sum();
    }
  }

  /** The most that each backend keeps: its share and the excess, rounded up. In order. */
  public Map<String, Long> most() {
    Levels levels = levels();
    int level = Levels.SHARE + rules.excessPercent() * PERCENT;
    return each(load -> levels.highest(load, level, true));
  }

  /**
   * Up to which number each backend may be filled: its share, rounded up, or its limit. In order.
   */
  public Map<String, Long> shares() {
    Levels levels = levels();
    return each(levels::room);
  }

  private Levels levels() {
    return new Levels(
        loads, Split.of(loads, total, Load::weight), Split.of(loads, total, Load::grown));
  }

  private Map<String, Long> each(ToLongFunction<Load> number) {
    Map<String, Long> all = new LinkedHashMap<>();
    loads.forEach(load -> all.put(load.backend, number.applyAsLong(load)));
    return all;
  }

  /** How many sessions each backend loses until all are even; only those above 0, in order. */
  public Map<String, Long> surplus() {
    Levels levels = levels();
    int excess = rules.excessPercent() * PERCENT;
    long room = levels.room() - returning;
    long lacking = Math.min(room, levels.below(Levels.SHARE - excess) - returning);
    long count = Math.min(room, levels.above(Levels.SHARE + excess, true));
    boolean isForOthers = lacking > count;
    int level = isForOthers ? levels.find(lacking, Levels.SHARE + excess) : Levels.SHARE + excess;
    long all = levels.above(level, !isForOthers);
    count = isForOthers ? Math.min(lacking, all) : count;
    Map<String, Long> surplus = new LinkedHashMap<>();
    long before = 0;
    for (Load each : loads) {
      long above = levels.above(each, level, !isForOthers);
      long part = count <= 0 || all == 0 ? 0 : between(count, before, before + above, all, HALF);
      before += above;
      if (part > 0) {
        surplus.put(each.backend, part);
      }
    }
    return surplus;
  }

  /** How many sessions {@code member} would end all in all, if all slow starts were over. */
  public long needed(String member) {
    Map<String, Long> all = grown(returning).surplus();
    return loads.stream()
        .mapToLong(each -> part(all.getOrDefault(each.backend, 0L), each.byMember, member, HALF))
        .sum();
  }

  /** Whether nobody would end any then, wherever the clients go that are on their way. */
  public boolean isEven() {
    return grown(0).surplus().isEmpty();
  }

  private RebalancePlan grown(long missing) {
    List<Load> grown =
        loads.stream()
            .map(each -> new Load(each.backend, each.grown, each.grown, each.limit, each.byMember))
            .toList();
    return new RebalancePlan(rules, grown, total, missing);
  }

  /** Whether shares will change because a backend is in its slow start. */
  public boolean isGrowing() {
    return loads.stream()
        .anyMatch(each -> each.weight * loads.get(0).grown != loads.get(0).weight * each.grown);
  }

  /** What the whole cluster may end in one second. */
  public long rate() {
    return Math.max(1, total * rules.ratePercent() / PERCENT);
  }

  /**
   * How many sessions {@code member} ends of each backend in that second; only those above 0.
   *
   * @param second the same for all members; it decides who is rounded up
   */
  public Map<String, Integer> ofMember(String member, long second) {
    Map<String, Long> surplus = surplus();
    long all = surplus.values().stream().mapToLong(Long::longValue).sum();
    long ended = Math.min(all, rate());
    double phase = phase(second);
    Map<String, Integer> mine = new LinkedHashMap<>();
    long before = 0;
    for (Load each : loads) {
      long above = surplus.getOrDefault(each.backend, 0L);
      if (above > 0) {
        long part = between(ended, before, before + above, all, phase);
        before += above;
        int own = part(part, each.byMember, member, phase);
        if (own > 0) {
          mine.put(each.backend, own);
        }
      }
    }
    return mine;
  }

  /** The part of {@code count} that falls to {@code member}, by what each of them holds. */
  public static int part(
      long count, SortedMap<String, Integer> byMember, String member, double phase) {
    long held = byMember.values().stream().mapToLong(Integer::longValue).sum();
    if (held == 0) {
      return 0;
    }
    long before = byMember.headMap(member).values().stream().mapToLong(Integer::longValue).sum();
    long own = byMember.getOrDefault(member, 0);
    return (int) between(Math.min(count, held), before, before + own, held, phase);
  }

  /**
   * Systematic sampling: of {@code count} marks at equal distances on a line of {@code length}, the
   * first at {@code phase}, those between {@code from} and {@code to}. The sections of a line get
   * all of the marks, each of them its exact share, rounded up or down.
   */
  private static long between(long count, long from, long to, long length, double phase) {
    return mark(count, to, length, phase) - mark(count, from, length, phase);
  }

  private static long mark(long count, long at, long length, double phase) {
    return at == length ? count : (long) Math.floor((double) count * at / length + phase);
  }

  private static double phase(long second) {
    double turns = second * GOLDEN;
    return turns - Math.floor(turns);
  }
}
