package dev.fairlead.cluster.lease;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose permits are to be freed because it is gone, and whether the map can be believed.
 *
 * <p>Death and split look alike. When nobody has left for {@link #SETTLING}, a part that has at
 * least half of those who were there when the cluster was last whole frees what the gone had; a
 * smaller one waits for {@link #KEPT}. When somebody is back, the map may lack what some have, and
 * for {@link #QUIET} all write again what they have. On the cluster's context only.
 */
final class LeaseReclaimer {
  /** Several that die together should be judged together. */
  static final Duration SETTLING = Duration.ofSeconds(2);

  static final Duration KEPT = Duration.ofSeconds(60);

  /** Each member looks at each of its keys within a second. */
  static final Duration QUIET = Duration.ofMillis(2_500);

  private static final Logger LOG = LoggerFactory.getLogger(LeaseReclaimer.class);

  /** After this a row of who was freed is like one of a stranger. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);

  private final LongSupplier nanos;
  private Set<String> present = Set.of();

  /** Who was there when nobody was missing. */
  private Set<String> whole = Set.of();

  /** Of whom nothing is decided yet, and since when it is gone. */
  private final Map<String, Long> gone = new HashMap<>();

  /** Who has a row and was gone before this member came, and when that was first seen. */
  private final Map<String, Long> strangers = new HashMap<>();

  /** Who has nothing any more, and since when. */
  private final Map<String, Long> freed = new HashMap<>();

  private long lastDeparture;
  private long quietSince;
  private boolean isQuiet;

  /** So that the log hears of it once. */
  private boolean isTooSmall;

  LeaseReclaimer(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** {@code nodes} are there now. */
  void observe(Collection<String> nodes) {
    if (present.size() == nodes.size() && present.containsAll(nodes)) {
      return;
    }
    Set<String> before = present;
    present = Set.copyOf(nodes);
    before.stream().filter(id -> !present.contains(id)).forEach(this::depart);
    present.stream().filter(id -> !before.contains(id)).forEach(this::arrive);
    if (gone.isEmpty()) {
      whole = present;
    }
  }

  /** To be called after {@link #observe}: who left and is there is back. */
  void left(String node) {
    if (present.contains(node)) {
      quiet();
    }
  }

  /** From now on the map may lack what some have. */
  void quiet() {
    isQuiet = true;
    quietSince = nanos.getAsLong();
  }

  /** Whether all that the members have must be in the map. */
  boolean isQuiet() {
    isQuiet = isQuiet && !isOver(quietSince, QUIET);
    return isQuiet;
  }

  /** Whether {@code time} is after that began. */
  boolean isSinceQuiet(long time) {
    return time - quietSince >= 0;
  }

  /** This member has a row. */
  void sawRow(String member) {
    if (!present.contains(member) && !gone.containsKey(member) && !freed.containsKey(member)) {
      strangers.putIfAbsent(member, nanos.getAsLong());
    }
  }

  /** Whether this member can use nothing, as far as is known. */
  boolean isAbsent(String member) {
    return !present.contains(member);
  }

  /** Whether this member's permits are anybody's. */
  boolean isFreed(String member) {
    return freed.containsKey(member) && !present.contains(member);
  }

  /** Decides what can be decided by now. */
  void decide() {
    free(strangers, KEPT);
    freed.values().removeIf(since -> isOver(since, FORGOTTEN));
    if (gone.isEmpty() || !isOver(lastDeparture, SETTLING)) {
      return;
    }
    long here = whole.stream().filter(present::contains).count();
    if (here * 2 < whole.size()) {
      sayTooSmall(here);
      free(gone, KEPT);
    } else {
      free(gone, Duration.ZERO);
    }
    if (gone.isEmpty()) {
      whole = present;
      isTooSmall = false;
    }
  }

  private void depart(String node) {
    long now = nanos.getAsLong();
    gone.put(node, now);
    lastDeparture = now;
  }

  private void arrive(String node) {
    boolean wasGone = gone.remove(node) != null;
    boolean wasFreed = freed.remove(node) != null;
    boolean wasStranger = strangers.remove(node) != null;
    if (wasGone || wasFreed || wasStranger) {
      quiet();
    }
  }

  private void free(Map<String, Long> some, Duration after) {
    long now = nanos.getAsLong();
    some.forEach(
        (node, since) -> {
          if (isOver(since, after)) {
            freed.put(node, now);
          }
        });
    some.keySet().removeAll(freed.keySet());
  }

  private void sayTooSmall(long here) {
    if (!isTooSmall) {
      LOG.warn(
          "{} of {} members are here: what the others hold of the limits is kept for {} s",
          here,
          whole.size(),
          KEPT.toSeconds());
    }
    isTooSmall = true;
  }

  private boolean isOver(long since, Duration time) {
    return nanos.getAsLong() - since >= time.toNanos();
  }
}
