package dev.fairlead.cluster.lease;

import dev.fairlead.net.PauseClock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whose permits may be freed because the member is gone, and when no permits may be granted
 * because the map may lack rows. One for all keys of a member; on the cluster's context only. Times
 * in nanoseconds in which this process was running: while it was stopped it could not see who came
 * back.
 *
 * <p>A dead member and one cut off by a split look alike. {@link #SETTLING} after the last
 * departure, a part with at least half of the members of the last whole cluster frees the permits
 * of the departed; a smaller part waits for {@link #RETENTION}. When a departed member is back, the
 * map may be a copy without its rows: grants pause for {@link #GRANT_PAUSE}, while all members
 * write theirs again.
 *
 * <p>{@link #observe} must be called before each decision: a departure that is noticed late frees
 * late, but an arrival that is noticed late lets this member grant permits that are in use.
 *
 * <pre>
 * a, b, c; c leaves      2 s later a and b free the permits of c: 2 of 3 are here
 * c comes back           2.5 s without grants; c writes its rows again
 * a, b and c part        c frees the permits of a and b after 60 s only: 1 of 3 is here
 * </pre>
 */
final class LeaseReclaimer {
  /** Raising it leaves permits unused; lowering it may take a minority for a majority. */
  static final Duration SETTLING = Duration.ofSeconds(2);

  /**
   * In a minority, and for rows of unknown members. Raising it leaves permits unused after most
   * members died; lowering it exceeds the limit in splits that last longer.
   */
  static final Duration RETENTION = Duration.ofSeconds(60);

  /**
   * Each key is refreshed within a second; the rest is for lost accesses. Raising it makes clients
   * wait after a split; lowering it may exceed the limit then.
   */
  static final Duration GRANT_PAUSE = Duration.ofMillis(2_500);

  /** Raising it keeps ids in memory; lowering it treats rows that turn up late as unknown. */
  private static final Duration TOMBSTONE_AGE = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(LeaseReclaimer.class);

  private final LongSupplier monotonic;
  private final PauseClock clock;
  private Set<String> present = Set.of();

  /** The members of the last whole cluster, that is when no departure was undecided. */
  private Set<String> whole = Set.of();

  /** Departed members whose permits are retained, and when each left. */
  private final Map<String, Long> departed = new HashMap<>();

  /** Absent members with a row that this member never saw, and when each row was first seen. */
  private final Map<String, Long> unknown = new HashMap<>();

  /** Tombstones: members whose permits are free, and since when. */
  private final Map<String, Long> freed = new HashMap<>();

  private long lastDeparture;
  private long pausedAt;

  /** The same by {@link #monotonic}, as the times that {@link #isSincePause} compares with it. */
  private long pausedAtMonotonic;

  private boolean isPaused;

  /** Limits the log to one line for each split. */
  private boolean isMinority;

  LeaseReclaimer(LongSupplier monotonic, PauseClock runningTime) {
    this.monotonic = monotonic;
    this.clock = runningTime;
  }

  void observe(Collection<String> nodes) {
    if (present.size() == nodes.size() && present.containsAll(nodes)) {
      return;
    }
    Set<String> before = present;
    present = Set.copyOf(nodes);
    before.stream().filter(id -> !present.contains(id)).forEach(this::depart);
    present.stream().filter(id -> !before.contains(id)).forEach(this::arrive);
    if (departed.isEmpty()) {
      whole = present;
    }
  }

  /** To be called after {@link #observe}: a node that left and is present has come back. */
  void left(String node) {
    if (present.contains(node)) {
      pauseGrants();
    }
  }

  /** From now on the map may lack rows. */
  void pauseGrants() {
    isPaused = true;
    pausedAt = clock.getAsLong();
    pausedAtMonotonic = monotonic.getAsLong();
  }

  boolean areGrantsPaused() {
    isPaused = isPaused && !isOver(pausedAt, GRANT_PAUSE);
    return isPaused;
  }

  /** Whether no permits are retained and no pause of grants is under way. */
  boolean isSettled() {
    return departed.isEmpty() && unknown.isEmpty() && !areGrantsPaused();
  }

  /** Whether {@code monotonicTime} is not before the last pause began. */
  boolean isSincePause(long monotonicTime) {
    return monotonicTime - pausedAtMonotonic >= 0;
  }

  void sawRow(String member) {
    if (isAbsent(member) && !departed.containsKey(member) && !freed.containsKey(member)) {
      unknown.putIfAbsent(member, clock.getAsLong());
    }
  }

  /** Whether {@code member} is no node of the cluster now, as far as this member knows. */
  boolean isAbsent(String member) {
    return !present.contains(member);
  }

  boolean isFreed(String member) {
    return freed.containsKey(member) && isAbsent(member);
  }

  /** Frees the permits of departed members whose time is over. To be called every tick. */
  void freeDeparted() {
    clock.tick();
    if (clock.isResuming()) {
      return;
    }
    free(unknown, RETENTION);
    freed.values().removeIf(since -> isOver(since, TOMBSTONE_AGE));
    if (departed.isEmpty() || !isOver(lastDeparture, SETTLING)) {
      return;
    }
    long here = whole.stream().filter(present::contains).count();
    if (here * 2 < whole.size()) {
      logMinority(here);
      free(departed, RETENTION);
    } else {
      free(departed, Duration.ZERO);
    }
    if (departed.isEmpty()) {
      whole = present;
      isMinority = false;
    }
  }

  private void depart(String node) {
    lastDeparture = clock.getAsLong();
    departed.put(node, lastDeparture);
  }

  private void arrive(String node) {
    boolean wasDeparted = departed.remove(node) != null;
    boolean wasFreed = freed.remove(node) != null;
    boolean wasUnknown = unknown.remove(node) != null;
    if (wasDeparted || wasFreed || wasUnknown) {
      pauseGrants();
    }
  }

  private void free(Map<String, Long> members, Duration after) {
    long now = clock.getAsLong();
    for (Map.Entry<String, Long> each : members.entrySet()) {
      if (isOver(each.getValue(), after)) {
        freed.put(each.getKey(), now);
      }
    }
    members.keySet().removeAll(freed.keySet());
  }

  private void logMinority(long here) {
    if (!isMinority) {
      LOG.warn(
          "only {} of {} members left in this part of the cluster: "
              + "the others' permits of shared limits are retained for {} s",
          here,
          whole.size(),
          RETENTION.toSeconds());
    }
    isMinority = true;
  }

  private boolean isOver(long since, Duration time) {
    return clock.getAsLong() - since >= time.toNanos();
  }
}
