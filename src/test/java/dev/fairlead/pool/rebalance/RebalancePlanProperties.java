package dev.fairlead.pool.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import dev.fairlead.pool.rebalance.SimulatedPool.Rules;
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
  private static final int DOWN_SECONDS = 20;

  /** By rounding of each member: as many members and backends as there may be at most. */
  private static final int MOST_SLACK = 22;

  /** Until an event is over: its clients are back, and the members see the same for a while. */
  private static final int SETTLED_SECONDS = 3;

  /** A pool whose backends hold what they happen to hold. */
  record Start(List<Integer> weights, List<Integer> held, int members, Rules simulated, long seed) {
    SimulatedPool pool(Rebalance rules) {
      return new SimulatedPool(rules, simulated, weights, members, new Random(seed)).holding(held);
    }
  }

  /** What happens to it, and after how many seconds. */
  record Event(What what, int after) {
    enum What {
      NEW_MEMBER,
      DEAD_MEMBER,
      NEW_BACKEND,
      RESTARTED_BACKEND,
      OTHER_WEIGHT
    }
  }

  @Provide
  static Arbitrary<Start> starts() {
    Arbitrary<Rules> simulated =
        Combinators.combine(Arbitraries.integers().between(0, 30), Arbitraries.of(true, false))
            .as((percent, twoChoices) -> new Rules(percent / 100.0, twoChoices));
    return Arbitraries.integers()
        .between(2, 8)
        .flatMap(
            count ->
                Combinators.combine(
                        Arbitraries.integers().between(1, 5).list().ofSize(count),
                        Arbitraries.integers().between(0, 200).list().ofSize(count),
                        Arbitraries.integers().between(1, 6),
                        simulated,
                        Arbitraries.longs())
                    .as(Start::new));
  }

  @Provide
  static Arbitrary<List<Event>> events() {
    return Combinators.combine(
            Arbitraries.of(Event.What.values()), Arbitraries.integers().between(0, 40))
        .as(Event::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
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
  void everyBackendComesToItsShareAndThenNothingIsEnded(
      @ForAll("starts") Start start,
      @ForAll("rules") Rebalance rules,
      @ForAll("events") List<Event> events) {
    SimulatedPool pool = start.pool(rules);
    long allowed = pool.perfect();
    int slack = pool.slack();
    int before = 0;
    for (Event each : events) {
      run(pool, each.after());
      assertEnded(pool, before, allowed, slack);
      happen(pool, each.what());
      before = pool.ended();
      allowed = pool.perfect();
      slack = pool.slack();
    }
    for (int i = 0; i < MOST_SECONDS && !pool.isBalanced(); i++) {
      pool.second();
    }
    assertEnded(pool, before, allowed, slack);
    assertThat(pool.isBalanced()).isTrue();
    int ended = pool.ended();
    run(pool, CALM_SECONDS);
    assertThat(pool.ended()).isEqualTo(ended);
    assertThat(pool.endedYoung()).isZero();
    long rate = Math.max(1, (long) pool.clients() * rules.ratePercent() / 100);
    assertThat((long) pool.mostInASecond()).isLessThanOrEqualTo(rate + MOST_SLACK);
  }

  @Property(tries = 50)
  void backendThatLosesItsSessionsDoesNotGetThoseOfAllOthers(
      @ForAll("starts") Start start, @ForAll("rules") Rebalance rules) {
    List<Integer> held = new ArrayList<>(start.held());
    held.set(0, 0);
    Start first =
        new Start(start.weights(), held, start.members(), start.simulated(), start.seed());
    SimulatedPool pool = first.pool(rules);
    pool.loseSessions(0);
    long rate = Math.max(1, (long) pool.clients() * rules.ratePercent() / 100);
    int rounding = 3 * start.members() * start.weights().size();
    // Each member rests after twice the highest part it had, and they have them at other times.
    long allowed = 3 * pool.perfect() + rate + rounding;
    run(pool, 500);
    assertThat((long) pool.ended()).isLessThanOrEqualTo(allowed);
  }

  private static void run(SimulatedPool pool, int seconds) {
    for (int i = 0; i < seconds; i++) {
      pool.second();
      assertThat(pool.isComplete()).isTrue();
    }
  }

  /** One session of each member and backend may be too many, while views are stale. */
  private static void assertEnded(SimulatedPool pool, int before, long perfect, int slack) {
    assertThat((double) pool.ended() - before).isLessThanOrEqualTo(1.2 * perfect + slack);
  }

  /** While the change is new, and while a backend is down, nothing is ended. */
  private static void happen(SimulatedPool pool, Event.What what) {
    int ended = pool.ended();
    switch (what) {
      case NEW_MEMBER -> pool.joinMember();
      case DEAD_MEMBER -> pool.killMember();
      case NEW_BACKEND -> pool.addBackend();
      case OTHER_WEIGHT -> pool.changeWeight();
      case RESTARTED_BACKEND -> {
        int down = pool.stopBackend();
        run(pool, DOWN_SECONDS);
        assertThat(pool.ended()).isEqualTo(ended);
        pool.startBackend(down);
      }
    }
    run(pool, SETTLED_SECONDS);
    // The weight that is drawn may be the old one.
    if (what != Event.What.OTHER_WEIGHT) {
      assertThat(pool.ended()).isEqualTo(ended);
    }
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
          new Load(
              "b" + i,
              start.weights().get(i),
              start.weights().get(i),
              i == 0 ? limit : Long.MAX_VALUE,
              byMember));
    }
    return new RebalancePlan(rules, loads, loads.stream().mapToLong(Load::sessions).sum(), 0);
  }
}
