package dev.fairlead.pool.rebalance;

import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A pool of a simulated cluster, second by second: every member plans by itself, from its own
 * counts and those of the others, which are a second old now and then. A client whose session was
 * ended is back after up to three seconds, at any member, which takes the backend with the fewest
 * for its weight.
 */
final class SimulatedPool {
  private static final int RETURN_SECONDS = 3;

  private final Rebalance rules;
  private final long[] weights;
  private final int members;
  private final Random random;
  private final double staleness;
  private final List<Session> sessions = new ArrayList<>();
  private final Map<Integer, List<Session>> returning = new HashMap<>();
  private final List<PoolHistory> histories = new ArrayList<>();

  /** By member and backend, as of this second and of the one before. */
  private int[][] now;

  private int[][] before;
  private int second;
  private int ended;
  private int endedYoung;

  private static final class Session {
    private final int client;
    private final int member;
    private final int backend;
    private final int since;

    private Session(int client, int member, int backend, int since) {
      this.client = client;
      this.member = member;
      this.backend = backend;
      this.since = since;
    }
  }

  private final Map<Integer, Integer> endedAt = new HashMap<>();

  /** {@code held}: sessions of each backend, whose members are drawn. */
  SimulatedPool(
      Rebalance rules, long[] weights, int[] held, int members, double staleness, Random random) {
    this.rules = rules;
    this.weights = weights.clone();
    this.members = members;
    this.staleness = staleness;
    this.random = random;
    for (int i = 0; i < held.length; i++) {
      for (int j = 0; j < held[i]; j++) {
        int old = -(int) rules.minAge().toSeconds();
        sessions.add(new Session(sessions.size(), random.nextInt(members), i, old));
      }
    }
    IntStream.range(0, members).forEach(i -> histories.add(new PoolHistory()));
    now = counts();
    before = now;
  }

  int ended() {
    return ended;
  }

  /** Sessions that were ended before they were old enough since their client's last end. */
  int endedYoung() {
    return endedYoung;
  }

  /** What a planner that knows everything would end. */
  long perfect() {
    return plan(now).surplus().values().stream().mapToLong(Long::longValue).sum();
  }

  boolean isBalanced() {
    return returning.isEmpty() && perfect() == 0;
  }

  /** Sessions and clients on their way back. */
  int clients() {
    return sessions.size() + returning.values().stream().mapToInt(List::size).sum();
  }

  /** One more backend, with nothing yet. */
  SimulatedPool withBackend(long weight) {
    long[] more = Arrays.copyOf(weights, weights.length + 1);
    more[weights.length] = weight;
    int[] held = Arrays.copyOf(held(), more.length);
    return new SimulatedPool(rules, more, held, members, staleness, random);
  }

  private int[] held() {
    int[] held = new int[weights.length];
    sessions.forEach(each -> held[each.backend]++);
    return held;
  }

  void second() {
    second++;
    for (Session back : returning.getOrDefault(second, List.of())) {
      int backend = choose();
      sessions.add(new Session(back.client, random.nextInt(members), backend, second));
    }
    returning.remove(second);
    before = now;
    now = counts();
    List<Session> gone = new ArrayList<>();
    for (int member = 0; member < members; member++) {
      gone.addAll(endedBy(member));
    }
    sessions.removeAll(gone);
    for (Session each : gone) {
      ended++;
      Integer last = endedAt.put(each.client, second);
      if (last != null && second - last < rules.minAge().toSeconds()) {
        endedYoung++;
      }
      int at = second + 1 + random.nextInt(RETURN_SECONDS);
      returning.computeIfAbsent(at, any -> new ArrayList<>()).add(each);
    }
  }

  private List<Session> endedBy(int member) {
    int[][] view = view(member);
    long total = Arrays.stream(view).flatMapToInt(Arrays::stream).sum();
    OptionalLong shared = histories.get(member).observe(weights.length, total);
    if (shared.isEmpty()) {
      return List.of();
    }
    RebalancePlan plan = new RebalancePlan(rules, loads(view), shared.getAsLong());
    List<Session> gone = new ArrayList<>();
    plan.ofMember("m" + member, second)
        .forEach(
            (backend, count) -> {
              List<Session> old =
                  new ArrayList<>(
                      sessions.stream()
                          .filter(each -> each.member == member)
                          .filter(each -> backend.equals("b" + each.backend))
                          .filter(each -> second - each.since >= rules.minAge().toSeconds())
                          .toList());
              Collections.shuffle(old, random);
              gone.addAll(old.subList(0, Math.min(count, old.size())));
            });
    return gone;
  }

  /** Own counts as they are, those of the others of now or of a second ago. */
  private int[][] view(int member) {
    int[][] view = new int[members][];
    for (int i = 0; i < members; i++) {
      view[i] = i != member && random.nextDouble() < staleness ? before[i] : now[i];
    }
    return view;
  }

  private RebalancePlan plan(int[][] view) {
    return new RebalancePlan(rules, loads(view), clients());
  }

  private List<Load> loads(int[][] view) {
    return IntStream.range(0, weights.length)
        .mapToObj(
            backend -> {
              TreeMap<String, Integer> byMember = new TreeMap<>();
              for (int i = 0; i < members; i++) {
                byMember.put("m" + i, view[i][backend]);
              }
              return new Load("b" + backend, weights[backend], Long.MAX_VALUE, byMember);
            })
        .toList();
  }

  /** As least-connections does: what a client draws at random is not the planner's matter. */
  private int choose() {
    int[] held = held();
    return IntStream.range(0, weights.length)
        .boxed()
        .min(Comparator.comparingDouble(each -> (held[each] + 1.0) / weights[each]))
        .orElseThrow();
  }

  private int[][] counts() {
    int[][] counts = new int[members][weights.length];
    sessions.forEach(each -> counts[each.member][each.backend]++);
    return counts;
  }
}
