package dev.fairlead.cluster.lease;

import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A cluster in virtual time whose members run the real leases, and which the test splits and
 * merges. The invariants are checked after each event.
 */
final class LeaseWorld {
  static final long SECOND = 1_000_000;
  private static final long KEPT_NANOS = LeaseReclaimer.RETENTION.toNanos();

  final Random random;
  final SimClock clock = new SimClock(this::check);
  final List<SimPart> parts = new ArrayList<>();

  /** By key; members learn of a change a little later. */
  private final Map<String, Integer> limits = new TreeMap<>();

  private int born;

  /** No message or call is lost any more. */
  private boolean isCalm;

  /** Until then it is open which departed members may be freed. */
  private long unclearUntil;

  private long lastDeparture = -TimeUnit.MINUTES.toNanos(1);

  /** Some members never saw some members of another part. */
  private boolean hasNewcomers;

  private long joinedAt;
  private long mergedAt = -TimeUnit.MINUTES.toNanos(1);

  /** By key: until then members may not know the permits of others. */
  private final Map<String, Long> unknownUntil = new HashMap<>();

  /** By part and key: the permits out of reach after the event before. */
  private final Map<SimPart, Map<String, Long>> loads = new HashMap<>();

  /** What happens to a call of the map. */
  record Fate(long microsToMap, boolean reachesMap, boolean isAnswered, long microsBack) {}

  LeaseWorld(Random random, Map<String, Integer> limits) {
    this.random = random;
    this.limits.putAll(limits);
    parts.add(new SimPart());
  }

  Collection<String> keys() {
    return limits.keySet();
  }

  int limit(String key) {
    return limits.get(key);
  }

  List<SimMember> members() {
    return parts.stream()
        .flatMap(part -> part.members.stream())
        .filter(SimMember::isAlive)
        .toList();
  }

  void calm() {
    isCalm = true;
    members().forEach(member -> member.leased().forEach(each -> each.isBusy = false));
  }

  SimMember join(SimPart part) {
    List<SimLeased> leased =
        limits.entrySet().stream()
            .map(each -> new SimLeased(each.getKey(), isRate(each), each.getValue(), random))
            .toList();
    List<SimMember> others = List.copyOf(part.members);
    hasNewcomers = hasNewcomers || parts.size() > 1;
    joinedAt = clock.nanos();
    SimMember member = new SimMember(this, "m" + born++, part, leased);
    others.forEach(SimMember::joined);
    return member;
  }

  private static boolean isRate(Map.Entry<String, Integer> limit) {
    return limit.getKey().startsWith("rate");
  }

  /** The others notice half a second later. */
  void kill(SimMember member) {
    member.die();
    clock.in(random.nextInt(300_000) + 200_000, () -> leave(member));
  }

  void stop(SimMember member) {
    member
        .stop()
        .onComplete(
            done -> {
              if (done.failed()) {
                throw new AssertionError("the stop failed", done.cause());
              }
              member.die();
              leave(member);
            });
  }

  private void leave(SimMember member) {
    member.part.members.remove(member);
    member.part.members.forEach(other -> other.left(member.self()));
    if (member.part.members.isEmpty() && parts.size() > 1) {
      parts.remove(member.part);
    }
    boolean isAlone = clock.nanos() - lastDeparture > 4 * SECOND * 1_000;
    unclear(isAlone ? 4 : 65);
    lastDeparture = clock.nanos();
  }

  private void unclear(int seconds) {
    unclearUntil = Math.max(unclearUntil, clock.nanos() + seconds * SECOND * 1_000);
  }

  /** A frozen process is cut off when the others remove it; it notices when it continues. */
  void split(SimPart part, Collection<SimMember> leaving) {
    SimPart other = part.copy();
    int all = part.members.size();
    part.members.removeAll(leaving);
    other.members.addAll(leaving);
    leaving.forEach(member -> member.part = other);
    for (SimMember member : part.members) {
      leaving.forEach(gone -> member.left(gone.self()));
    }
    for (SimMember member : leaving) {
      part.members.forEach(gone -> member.left(gone.self()));
    }
    boolean allKnowAll =
        parts.size() == 1
            && clock.nanos() - joinedAt > SECOND * 1_000
            && members().stream().noneMatch(SimMember::isFrozen);
    hasNewcomers = !allKnowAll && (hasNewcomers || parts.size() == 1);
    parts.add(other);
    keys().forEach(key -> allowWhatIs(part, key));
    keys().forEach(key -> allowWhatIs(other, key));
    // A frozen member may not have seen all that joined before.
    if (clock.nanos() > unclearUntil && members().stream().noneMatch(SimMember::isFrozen)) {
      keepsAll(part, all);
      keepsAll(other, all);
    }
    unclear(65);
  }

  /** A minority frees no permits. */
  private void keepsAll(SimPart part, int all) {
    if (part.members.size() * 2 < all) {
      part.keptUntil = clock.nanos() + KEPT_NANOS;
      for (String key : keys()) {
        Map<String, LeaseRow> rows = new HashMap<>(part.entry(key).rows());
        rows.keySet().removeIf(part::isHere);
        part.kept.put(key, rows);
      }
    }
  }

  /** Of each entry one copy stays, or none. */
  void merge(SimPart winner, SimPart loser, boolean isKeepingWinners) {
    for (String key : keys()) {
      int choice = isKeepingWinners ? 0 : random.nextInt(10);
      if (choice >= 5) {
        winner.put(key, choice == 9 ? null : loser.get(key));
      }
    }
    List<SimMember> stayed = List.copyOf(winner.members);
    for (SimMember member : loser.members) {
      member.part = winner;
      stayed.forEach(other -> other.joined());
    }
    winner.members.addAll(loser.members);
    // The other part only sees the nodes that joined.
    loser.members.forEach(SimMember::merged);
    loser.members.forEach(SimMember::joined);
    parts.remove(loser);
    winner.kept.clear();
    winner.members.forEach(SimMember::loseCalls);
    keys().forEach(key -> allowWhatIs(winner, key));
    mergedAt = clock.nanos();
    if (hasNewcomers) {
      // A member that joined during the split learns of it by the marks in the map.
      keys().forEach(key -> unknownUntil.put(key, clock.nanos() + 5 * SECOND * 1_000 / 4));
    }
    unclear(65);
  }

  void limit(String key, int limit) {
    limits.put(key, limit);
    members().forEach(member -> member.soon(() -> follow(member.leased(key))));
  }

  private void follow(SimLeased leased) {
    int limit = limits.get(leased.key());
    if (leased.limit() == 0 && limit > 0) {
      unknownUntil.put(leased.key(), clock.nanos() + 4 * SECOND * 1_000);
    }
    leased.limit(limit);
  }

  Fate fate(SimPart part) {
    if (isCalm || isMerging()) {
      return new Fate(latencyMicros(), true, true, latencyMicros());
    }
    int chance = random.nextInt(1_000);
    if (chance < 15) {
      // After the caller has given up.
      return new Fate(3 * SECOND + random.nextInt(3_000_000), true, true, latencyMicros());
    }
    boolean reaches = chance >= 25;
    boolean isAnswered = chance >= 35;
    boolean waits =
        part.members.stream().anyMatch(member -> !member.isRunning()) && random.nextInt(3) == 0;
    long hangs = waits ? random.nextInt(500_000) : 0;
    return new Fate(hangs + latencyMicros(), reaches, isAnswered, latencyMicros());
  }

  /** Until all entries are marked, a new member may not know that rows are missing. */
  boolean canJoin() {
    return clock.nanos() - mergedAt > 5 * SECOND * 1_000 / 4;
  }

  /** A frozen process does not come back. */
  boolean canMerge() {
    return parts.size() > 1 && members().stream().noneMatch(SimMember::isFrozen);
  }

  /** Just after a merge all members must write their rows again in time. */
  boolean isMerging() {
    return clock.nanos() - mergedAt < 4 * SECOND * 1_000;
  }

  boolean isHeard() {
    return isCalm || random.nextInt(20) > 0;
  }

  long latencyMicros() {
    int chance = isCalm || isMerging() ? 0 : random.nextInt(100);
    int most = chance < 90 ? 3_000 : chance < 98 ? 60_000 : 900_000;
    return 100L + random.nextInt(most);
  }

  private void allowWhatIs(SimPart part, String key) {
    long load = part.load(key);
    part.ceilings.put(key, Math.max(limitIn(part, key), load + part.heldByGone(key)));
    loads.computeIfAbsent(part, any -> new HashMap<>()).put(key, load);
  }

  /** As far as the members there know. */
  private static long limitIn(SimPart part, String key) {
    long limit = 0;
    for (SimMember member : part.members) {
      limit = Math.max(limit, member.leased(key).limit());
    }
    return limit;
  }

  private void check() {
    for (SimPart part : parts) {
      for (String key : keys()) {
        checkSum(part, key);
        checkKept(part, key);
      }
    }
  }

  /** No permit is taken above the limit; an excess only shrinks. */
  private void checkSum(SimPart part, String key) {
    long load = part.load(key);
    long all = load + part.heldByGone(key);
    Map<String, Long> before = loads.computeIfAbsent(part, any -> new HashMap<>());
    if (clock.nanos() < unknownUntil.getOrDefault(key, Long.MIN_VALUE)) {
      allowWhatIs(part, key);
    } else {
      long limit = limitIn(part, key);
      long ceiling = Math.max(limit, part.ceilings.getOrDefault(key, limit));
      if (load > before.getOrDefault(key, 0L) && all > ceiling) {
        throw new AssertionError(all + " of " + key + ", at most " + ceiling + " may be\n" + this);
      }
      part.ceilings.put(key, Math.max(limit, Math.min(ceiling, all)));
    }
    before.put(key, load);
  }

  private void checkKept(SimPart part, String key) {
    if (clock.nanos() < part.keptUntil && part.kept.containsKey(key)) {
      LeaseEntry entry = part.entry(key);
      part.kept
          .get(key)
          .forEach(
              (id, row) -> {
                if (entry.row(id).held() != row.held()) {
                  throw new AssertionError("a small part freed " + id + " of " + key + "\n" + this);
                }
              });
    }
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(String.format(Locale.ROOT, "after %.3f s", clock.nanos() / 1e9));
    for (SimPart part : parts) {
      text.append("\npart");
      for (SimMember member : part.members) {
        String how = member.isAlive() ? member.isFrozen() ? " frozen" : "" : " dead";
        text.append("\n  ").append(member.self()).append(how).append(' ').append(member.leased());
      }
      keys().forEach(key -> text.append("\n  ").append(key).append(' ').append(part.get(key)));
    }
    return text.toString();
  }
}
