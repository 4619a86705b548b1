package dev.fairlead.pool.rebalance;

import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.pool.rebalance.RebalancePlan.Load;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A pool of a simulated cluster, second by second: every member plans by itself, from its own
 * counts and those of the others, which are a second old now and then. A client whose session was
 * ended is back after up to three seconds, at any member, which chooses by the counts it knows.
 * Some sessions are not quiet in a second. Members die and join, backends go down, come back with a
 * slow start, are added, and get other weights.
 */
final class SimulatedPool {
  private static final int RETURN_SECONDS = 3;
  private static final int SLOW_START_SECONDS = 10;
  private static final double BUSY = 0.3;

  private final Rebalance rules;
  private final Rules simulated;
  private final Random random;
  private final List<SimulatedMember> members = new ArrayList<>();
  private final List<SimulatedBackend> backends = new ArrayList<>();
  private final List<Session> sessions = new ArrayList<>();
  private final Map<Integer, List<Integer>> returning = new HashMap<>();
  private final Map<Integer, Integer> endedAt = new HashMap<>();
  private int clients;
  private int lastMember;
  private int second;
  private int ended;
  private int endedYoung;
  private int mostInASecond;

  /** How the world is: part of the counts that are stale, and how members choose. */
  record Rules(double staleness, boolean twoChoices) {}

  private record Session(int client, SimulatedMember member, SimulatedBackend backend, int since) {}

  /** What a member knows, and the counts that the others know of it. */
  private static final class SimulatedMember {
    private final String id;
    private final PoolHistory history = new PoolHistory();
    private Map<SimulatedBackend, Integer> now = Map.of();
    private Map<SimulatedBackend, Integer> before = Map.of();
    private Map<String, Long> filling = Map.of();
    private int fillingUntil;

    private SimulatedMember(String id) {
      this.id = id;
    }
  }

  private static final class SimulatedBackend {
    private final String id;
    private long weight;
    private int backSince;
    private boolean isDown;
    private boolean losesSessions;

    private SimulatedBackend(String id, long weight, int backSince) {
      this.id = id;
      this.weight = weight;
      this.backSince = backSince;
    }

    private long weight(int second) {
      long steps = Math.min(second - backSince, SLOW_START_SECONDS);
      return weight * Math.max(1, steps);
    }
  }

  private record View(Set<String> members, Map<String, Long> weights) {}

  SimulatedPool(
      Rebalance rules, Rules simulated, List<Integer> weights, int memberCount, Random random) {
    this.rules = rules;
    this.simulated = simulated;
    this.random = random;
    IntStream.range(0, memberCount).forEach(i -> joinMember());
    weights.forEach(each -> backends.add(backend(each, -SLOW_START_SECONDS)));
  }

  private SimulatedBackend backend(long weight, int since) {
    return new SimulatedBackend("b" + backends.size(), weight, since);
  }

  /** Sessions of each backend, as old as they must be, whose members are drawn. */
  SimulatedPool holding(List<Integer> held) {
    for (int i = 0; i < held.size(); i++) {
      for (int j = 0; j < held.get(i); j++) {
        int old = -(int) rules.minAge().toSeconds();
        sessions.add(new Session(clients++, anyMember(), backends.get(i), old));
      }
    }
    members.forEach(each -> each.now = counts(each));
    return this;
  }

  private SimulatedMember anyMember() {
    return members.get(random.nextInt(members.size()));
  }

  void joinMember() {
    members.add(new SimulatedMember("m" + lastMember++));
  }

  /** Its clients connect to the others; to a new one, if it was the last. */
  void killMember() {
    SimulatedMember dead = members.remove(random.nextInt(members.size()));
    cut(each -> each.member == dead);
    if (members.isEmpty()) {
      joinMember();
    }
  }

  void addBackend() {
    backends.add(backend(1L + random.nextInt(5), second));
  }

  void changeWeight() {
    backends.get(random.nextInt(backends.size())).weight = 1L + random.nextInt(5);
  }

  /** The backend that went down; its clients connect again. */
  int stopBackend() {
    int index = random.nextInt(backends.size());
    SimulatedBackend down = backends.get(index);
    down.isDown = true;
    cut(each -> each.backend == down);
    return index;
  }

  void startBackend(int index) {
    backends.get(index).isDown = false;
    backends.get(index).backSince = second;
  }

  /** It takes new sessions, and ends them at once. */
  void loseSessions(int index) {
    backends.get(index).losesSessions = true;
  }

  private void cut(Predicate<Session> which) {
    sessions.stream().filter(which).forEach(each -> comesBack(each.client));
    sessions.removeIf(which);
  }

  private void comesBack(int client) {
    int at = second + 1 + random.nextInt(RETURN_SECONDS);
    returning.computeIfAbsent(at, any -> new ArrayList<>()).add(client);
  }

  int ended() {
    return ended;
  }

  /** Sessions that were ended before they were old enough since their client's last end. */
  int endedYoung() {
    return endedYoung;
  }

  int mostInASecond() {
    return mostInASecond;
  }

  int clients() {
    return clients;
  }

  /** One session for each may be too many. */
  int slack() {
    return members.size() + backends.size();
  }

  /** What a planner that knows everything would end, after all slow starts. */
  long perfect() {
    long missing = (long) clients - sessions.size();
    return new RebalancePlan(rules, loads(known(null), Integer.MAX_VALUE / 2), clients, missing)
        .surplus().values().stream().mapToLong(Long::longValue).sum();
  }

  boolean isBalanced() {
    return returning.isEmpty() && perfect() == 0;
  }

  /** Sessions and clients on their way back are always all clients. */
  boolean isComplete() {
    int missing = returning.values().stream().mapToInt(List::size).sum();
    return sessions.size() + missing == clients;
  }

  void second() {
    second++;
    List<Integer> back = returning.remove(second);
    if (back != null) {
      back.forEach(this::connect);
    }
    for (SimulatedMember each : members) {
      each.before = each.now;
      each.now = counts(each);
    }
    List<Session> gone = new ArrayList<>();
    members.forEach(each -> gone.addAll(endedBy(each)));
    sessions.removeAll(new HashSet<>(gone));
    mostInASecond = Math.max(mostInASecond, gone.size());
    for (Session each : gone) {
      ended++;
      Integer last = endedAt.put(each.client, second);
      if (last != null && second - last < rules.minAge().toSeconds()) {
        endedYoung++;
      }
      comesBack(each.client);
    }
  }

  private List<Session> endedBy(SimulatedMember member) {
    Map<SimulatedMember, Map<SimulatedBackend, Integer>> known = known(member);
    long total =
        known.values().stream().flatMap(each -> each.values().stream()).mapToInt(i -> i).sum();
    OptionalLong shared = member.history.observe(view(), down(), total);
    if (shared.isEmpty()) {
      return List.of();
    }
    long missing = Math.max(0, shared.getAsLong() - total);
    RebalancePlan plan =
        new RebalancePlan(rules, loads(known, second), shared.getAsLong(), missing);
    if (!member.history.isHelpful(plan, member.id)) {
      member.filling = Map.of();
      return List.of();
    }
    if (!plan.surplus().isEmpty()) {
      member.filling = plan.shares();
      member.fillingUntil = second + PoolHistory.WINDOW;
    }
    List<Session> gone = new ArrayList<>();
    plan.ofMember(member.id, second).forEach((id, count) -> gone.addAll(some(member, id, count)));
    member.history.ended(gone.size());
    return gone;
  }

  private List<Session> some(SimulatedMember member, String backend, int count) {
    List<Session> old =
        new ArrayList<>(
            sessions.stream()
                .filter(each -> each.member == member && each.backend.id.equals(backend))
                .filter(each -> second - each.since >= rules.minAge().toSeconds())
                .filter(each -> random.nextDouble() >= BUSY)
                .toList());
    Collections.shuffle(old, random);
    return old.subList(0, Math.min(count, old.size()));
  }

  private View view() {
    Set<String> ids = new HashSet<>();
    members.forEach(each -> ids.add(each.id));
    Map<String, Long> up = new HashMap<>();
    backends.stream().filter(each -> !each.isDown).forEach(each -> up.put(each.id, each.weight));
    return new View(ids, up);
  }

  private Set<String> down() {
    Set<String> down = new HashSet<>();
    backends.stream().filter(each -> each.isDown).forEach(each -> down.add(each.id));
    return down;
  }

  /** Own counts as they are, those of the others of now or of a second ago; null knows all. */
  private Map<SimulatedMember, Map<SimulatedBackend, Integer>> known(SimulatedMember who) {
    Map<SimulatedMember, Map<SimulatedBackend, Integer>> known = new HashMap<>();
    for (SimulatedMember each : members) {
      boolean isStale = who != null && each != who && random.nextDouble() < simulated.staleness;
      known.put(each, who == null ? counts(each) : isStale ? each.before : each.now);
    }
    return known;
  }

  private List<Load> loads(Map<SimulatedMember, Map<SimulatedBackend, Integer>> known, int at) {
    List<Load> loads = new ArrayList<>();
    for (SimulatedBackend backend : backends) {
      TreeMap<String, Integer> byMember = new TreeMap<>();
      known.forEach((member, counts) -> byMember.put(member.id, counts.getOrDefault(backend, 0)));
      if (!backend.isDown) {
        loads.add(
            new Load(backend.id, backend.weight(at), backend.weight, Long.MAX_VALUE, byMember));
      }
    }
    return loads;
  }

  private Map<SimulatedBackend, Integer> counts(SimulatedMember member) {
    Map<SimulatedBackend, Integer> counts = new HashMap<>();
    for (Session each : sessions) {
      if (each.member == member) {
        counts.merge(each.backend, 1, Integer::sum);
      }
    }
    return counts;
  }

  /** Own sessions as they are, those of the others as of the last second. */
  private void connect(int client) {
    SimulatedMember member = anyMember();
    Map<SimulatedBackend, Integer> held = new HashMap<>(counts(member));
    for (SimulatedMember each : members) {
      if (each != member) {
        each.now.forEach((backend, count) -> held.merge(backend, count, Integer::sum));
      }
    }
    List<SimulatedBackend> up =
        new ArrayList<>(backends.stream().filter(each -> !each.isDown).toList());
    List<SimulatedBackend> below = up.stream().filter(each -> isBelow(member, each, held)).toList();
    List<SimulatedBackend> from = below.isEmpty() ? up : below;
    if (simulated.twoChoices && below.isEmpty()) {
      SimulatedBackend first = draw(up);
      up.remove(first);
      from = up.isEmpty() ? List.of(first) : List.of(first, draw(up));
    }
    SimulatedBackend chosen =
        Collections.min(from, Comparator.comparingDouble(each -> load(each, held)));
    if (chosen.losesSessions) {
      comesBack(client);
    } else {
      sessions.add(new Session(client, member, chosen, second));
    }
  }

  private boolean isBelow(
      SimulatedMember member, SimulatedBackend backend, Map<SimulatedBackend, Integer> held) {
    Long share = second <= member.fillingUntil ? member.filling.get(backend.id) : null;
    return share != null && held.getOrDefault(backend, 0) < share;
  }

  private double load(SimulatedBackend backend, Map<SimulatedBackend, Integer> held) {
    return (held.getOrDefault(backend, 0) + 1.0) / backend.weight(second);
  }

  private SimulatedBackend draw(List<SimulatedBackend> from) {
    long at = random.nextLong(from.stream().mapToLong(each -> each.weight(second)).sum());
    for (SimulatedBackend each : from) {
      at -= each.weight(second);
      if (at < 0) {
        return each;
      }
    }
    throw new IllegalStateException();
  }
}
