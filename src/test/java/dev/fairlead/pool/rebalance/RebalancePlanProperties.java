package dev.fairlead.pool.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RebalancePlanProperties {
  private static final int MOST_SECONDS = 3_000;
  private static final int CALM_SECONDS = 60;

  /** A pool whose backends hold what they happen to hold. */
  record Start(List<Integer> weights, List<Integer> held, int members, int staleness, long seed) {
    SimulatedPool pool(Rebalance rules) {
      return new SimulatedPool(
          rules,
          weights.stream().mapToLong(Integer::longValue).toArray(),
          held.stream().mapToInt(Integer::intValue).toArray(),
          members,
          staleness / 100.0,
          new Random(seed));
    }
  }

  @Provide
  static Arbitrary<Start> starts() {
    return Arbitraries.integers()
        .between(2, 8)
        .flatMap(
            count ->
                Combinators.combine(
                        Arbitraries.integers().between(1, 5).list().ofSize(count),
                        Arbitraries.integers().between(0, 200).list().ofSize(count),
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.longs())
                    .as(Start::new));
  }

  @Provide
  static Arbitrary<Rebalance> rules() {
    return Combinators.combine(
            Arbitraries.integers().between(5, 50),
            Arbitraries.integers().between(1, 10),
            Arbitraries.integers().between(1, 60))
        .as(
            (excess, rate, age) ->
                new Rebalance(excess, rate, Duration.ofSeconds(age), Duration.ofSeconds(1)));
  }

  @Property(tries = 150)
  void everyBackendComesDownToItsShareAndThenNothingIsEnded(
      @ForAll("starts") Start start, @ForAll("rules") Rebalance rules) {
    SimulatedPool pool = start.pool(rules);
    int slack = start.members() + start.weights().size();
    balance(pool, slack);
    balance(pool.withBackend(1 + start.members() % 5), slack);
  }

  private static void balance(SimulatedPool pool, int slack) {
    long perfect = pool.perfect();
    int clients = pool.clients();
    for (int i = 0; i < MOST_SECONDS && !pool.isBalanced(); i++) {
      pool.second();
      assertThat(pool.clients()).isEqualTo(clients);
    }
    assertThat(pool.isBalanced()).isTrue();
    for (int i = 0; i < CALM_SECONDS; i++) {
      pool.second();
    }
    assertThat(pool.isBalanced()).isTrue();
    // One session of each member and backend may be too many, while views are stale.
    assertThat((double) pool.ended()).isLessThanOrEqualTo(1.2 * perfect + slack);
    assertThat(pool.endedYoung()).isZero();
  }

  @Property
  void partsOfTheMembersAddUpToTheRate(
      @ForAll("starts") Start start,
      @ForAll("rules") Rebalance rules,
      @ForAll @LongRange(min = 0, max = 4_000_000_000L) long second) {
    RebalancePlan plan = plan(start, rules, Long.MAX_VALUE);
    long surplus = plan.surplus().values().stream().mapToLong(Long::longValue).sum();
    Map<String, Integer> ended = new TreeMap<>();
    for (int i = 0; i < start.members(); i++) {
      plan.ofMember("m" + i, second).forEach((id, count) -> ended.merge(id, count, Integer::sum));
    }
    assertThat(ended.values().stream().mapToLong(Integer::longValue).sum())
        .isEqualTo(Math.min(surplus, plan.rate()));
    ended.forEach(
        (id, count) -> assertThat((long) count).isLessThanOrEqualTo(plan.surplus().get(id)));
  }

  @Property
  void shareThatABackendDoesNotTakeIsLeftToTheOthers(
      @ForAll("starts") Start start,
      @ForAll("rules") Rebalance rules,
      @ForAll @IntRange(min = 1, max = 100) int limit) {
    RebalancePlan plan = plan(start, rules, limit);
    long room =
        plan.most().values().stream()
            .mapToLong(most -> most == Long.MAX_VALUE ? limit : most)
            .sum();
    boolean allAreFull = plan.most().values().stream().allMatch(most -> most == Long.MAX_VALUE);
    assertThat(allAreFull || room >= plan.total()).isTrue();
  }

  /** {@code limit} of the first backend. */
  private static RebalancePlan plan(Start start, Rebalance rules, long limit) {
    Random random = new Random(start.seed());
    List<Load> loads = new ArrayList<>();
    for (int i = 0; i < start.weights().size(); i++) {
      TreeMap<String, Integer> byMember = new TreeMap<>();
      for (int j = 0; j < start.held().get(i); j++) {
        byMember.merge("m" + random.nextInt(start.members()), 1, Integer::sum);
      }
      loads.add(
          new Load("b" + i, start.weights().get(i), i == 0 ? limit : Long.MAX_VALUE, byMember));
    }
    return new RebalancePlan(rules, loads, loads.stream().mapToLong(Load::sessions).sum());
  }
}
