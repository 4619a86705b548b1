package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * This member's permits of one limit: decides from the entry in the map how many it should hold,
 * and tells the {@link Leased} how many it may use. On the cluster's context only; times in
 * nanoseconds.
 *
 * <p>A refresh is {@link #plan}, a compare-and-set of what it returns, and then exactly one of
 * {@link #written}, {@link #unchanged} and {@link #failed}. The order is what keeps the sum within
 * the limit: permits are allowed after the map has granted them, and taken away before the map
 * gives them back. If {@code written} is forgotten, granted permits stay unused; if they are
 * allowed before, two members may use the same ones.
 *
 * <pre>
 * limit 100, entry {a: held 60}; b has 0, wants 50
 * b plans held 40, allows 0; written: allows 40; 10 short, so b asks a for surplus
 * a uses 30: a allows 45, writes held 45; b plans held 55, ...
 * </pre>
 */
final class Lease {
  /**
   * Hysteresis of giving back: a surplus that no other member wants is kept for so long. Raising it
   * leaves permits idle for longer; lowering it writes to the map with each short lull.
   */
  private static final long SURPLUS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String key;
  private final LeaseDemand demand = new LeaseDemand();
  private final RepairMark mark = new RepairMark();
  private Leased leased;

  /** Given up: the row is to be removed from the map. */
  private boolean isRetired;

  /** As {@link #leased} was told; the row in the map holds at least as many. */
  private int allowed;

  /**
   * The fewest permits that any row which this member has written may hold: by the last confirmed
   * write, or an unconfirmed one after it. Fewer in the map mean that the row was lost.
   */
  private int leastHeld;

  /** As last read or written. */
  private LeaseEntry seen = LeaseEntry.NONE;

  private int seenLimit;

  /** Until the first refresh. */
  private boolean isNew = true;

  /** A peer asked for surplus when there was none. */
  private boolean isRequested;

  private boolean hasSurplus;
  private long surplusSince;

  /**
   * What a decision depends on besides the entry.
   *
   * @param members the number of nodes in the cluster
   */
  record Situation(String self, int members, LeaseReclaimer reclaimer, long now) {}

  /**
   * What a member is to write in place of the entry it read.
   *
   * @param allowance of this member once {@code next} is in the map; at most what it holds there
   * @param madeAt the time of the decision
   * @param freed permits of departed members that {@code next} frees
   */
  record LeasePlan(LeaseEntry next, int allowance, long madeAt, long freed) {}

  Lease(Leased leased) {
    this.key = leased.key();
    this.leased = leased;
    leased.allow(0);
  }

  String key() {
    return key;
  }

  /** Continues with {@code next} for this key, which may be the same object. */
  void follow(Leased next) {
    if (next != leased) {
      release(leased);
      leased = next;
      leased.allow(allowed);
      demand.followed(leased);
    } else if (isRetired) {
      leased.allow(0);
    } else {
      // The limit may have been removed and set again since the last tick: then fewer are allowed.
      allowed = Math.min(allowed, leased.allowed());
    }
    isRetired = false;
  }

  /** Gives all permits up: the limit is not the cluster's any more, or this member stops. */
  void retire() {
    if (!isRetired) {
      isRetired = true;
      isNew = true;
      allowed = 0;
      leastHeld = 0;
      release(leased);
      demand.met(leased);
    }
  }

  /** Without a limit of the cluster, the leased takes as its own configuration allows. */
  private static void release(Leased before) {
    if (before.limit() > 0) {
      before.allow(0);
    }
  }

  boolean isRetired() {
    return isRetired;
  }

  /** Whether this member has no row in the map, as far as it knows. */
  boolean hasNoRow(String self) {
    return seen.row(self).isEmpty();
  }

  /** Whether a refresh would change something, without a request by anyone. */
  boolean isDue(Situation at) {
    if (isRetired || isNew || leased.limit() != seenLimit) {
      return true;
    }
    int used = leased.inUse();
    LeaseRow mine = seen.row(at.self());
    boolean isShort = isShort(used);
    if (!isShort) {
      demand.met(leased);
    }
    int base = Math.max(allowed, used);
    boolean isIdle = base > used;
    return isShort
        || mine.isUnmet()
        || mine.held() != base
        || (isIdle && isRequested)
        || seen.held() > seenLimit
        || isSurplusDue(at, base, used)
        || seen.rows().keySet().stream().anyMatch(at.reclaimer()::isFreed);
  }

  private boolean isSurplusDue(Situation at, int base, int used) {
    LeaseRow fresh = new LeaseRow(base, used, leased.wanted());
    if (base <= fairShare(seen.with(at.self(), fresh), used, at)) {
      hasSurplus = false;
      return false;
    }
    if (!hasSurplus) {
      hasSurplus = true;
      surplusSince = at.now();
    }
    return mayGiveBack(seen, at);
  }

  private boolean mayGiveBack(LeaseEntry entry, Situation at) {
    boolean isSurplusOld = hasSurplus && at.now() - surplusSince >= SURPLUS_NANOS;
    return isSurplusOld || entry.isAnotherUnmet(at.self());
  }

  /** A peer asks for surplus; returns whether a refresh could give some back. */
  boolean requested() {
    isRequested = true;
    int used = leased.inUse();
    return allowed > used || isShort(used);
  }

  /**
   * Decides what is to be written in place of {@code read}; empty = nothing. Lowers the allowance
   * at once if the plan gives permits back.
   */
  Optional<LeasePlan> plan(LeaseEntry read, Situation at) {
    read.rows().keySet().forEach(at.reclaimer()::sawRow);
    LeaseEntry entry = read.without(at.reclaimer()::isFreed).pinned(at.reclaimer()::isAbsent);
    long freed = read.held() - entry.held();
    if (isRetired) {
      LeaseEntry next = entry.with(at.self(), LeaseRow.NONE);
      return next.equals(read)
          ? Optional.empty()
          : Optional.of(new LeasePlan(next.next(at.now() | 1), 0, at.now(), freed));
    }
    seenLimit = leased.limit();
    int used = leased.inUse();
    boolean isLost = isLost(entry.row(at.self()), used);
    entry = isLost ? restore(entry, at) : mark.update(entry, at.reclaimer(), at.now());
    int base = Math.max(allowed, used);
    int held = isLost ? used : holding(entry, base, used, at);
    int allowance = held > base ? held : Math.min(allowed, held);
    if (held < allowed) {
      allow(held);
    }
    // Clients may have taken permits until the allowance was lowered; those can't be given back.
    held = Math.max(held, leased.inUse());
    LeaseRow row = new LeaseRow(held, leased.inUse(), leased.wanted());
    if (entry.equals(read) && allowance <= allowed && isUpToDate(entry.row(at.self()), row)) {
      return Optional.empty();
    }
    leastHeld = Math.min(leastHeld, held);
    LeaseEntry next = entry.with(at.self(), row).next(at.now() | 1);
    return Optional.of(new LeasePlan(next, allowance, at.now(), freed));
  }

  /**
   * Whether the row of this member in the map holds less than this member has written. Use alone is
   * no sign of that: an event loop may take a permit by the allowance it read before the last
   * lowering.
   */
  private boolean isLost(LeaseRow mine, int used) {
    return !isNew && mine.held() < Math.max(allowed, Math.min(used, leastHeld));
  }

  /** Use and demand matter only while demand is unmet; otherwise they may be out of date. */
  private static boolean isUpToDate(LeaseRow mine, LeaseRow row) {
    return mine.held() == row.held() && (row.equals(mine) || (!row.isUnmet() && !mine.isUnmet()));
  }

  /** The number of permits this member should hold, as far as they can be granted now. */
  private int holding(LeaseEntry entry, int base, int used, Situation at) {
    int limit = seenLimit;
    if (limit <= 0) {
      return base;
    }
    long others = entry.heldByOthers(at.self());
    int wanted = leased.wanted();
    LeaseEntry fresh = entry.with(at.self(), new LeaseRow(base, used, wanted));
    if (others + Math.max(base, entry.row(at.self()).held()) > limit) {
      // Below use, so that clients waiting here do not take each permit that becomes free.
      return Math.min(used, LeaseShares.target(fresh, at.self(), limit, 0));
    }
    int target = fairShare(fresh, used, at);
    boolean mayGrant = mayGrant(at) && !mark.isNew(entry);
    if (target > base && (long) used + wanted >= allowed && mayGrant) {
      return (int) Math.max(base, Math.min(target, limit - others));
    }
    return target < base && mayGiveBack(entry, at) ? target : base;
  }

  /** The number of permits this member should hold; below its use only if another starves. */
  private int fairShare(LeaseEntry fresh, int used, Situation at) {
    int maxSpare = LeaseShares.maxSpare(seenLimit, at.members(), leased.isRate());
    int target = LeaseShares.target(fresh, at.self(), seenLimit, maxSpare);
    return LeaseShares.isAnotherStarving(fresh, at.self(), seenLimit)
        ? target
        : Math.max(target, used);
  }

  private boolean mayGrant(Situation at) {
    return !mark.isFresh(at.now()) && !at.reclaimer().areGrantsPaused();
  }

  /** Puts the own row back; if all rows were lost, those of the others as last seen too. */
  private LeaseEntry restore(LeaseEntry entry, Situation at) {
    LeaseEntry next = entry;
    if (entry.rows().isEmpty()) {
      for (Map.Entry<String, LeaseRow> each : seen.rows().entrySet()) {
        if (!at.reclaimer().isFreed(each.getKey())) {
          next = next.with(each.getKey(), each.getValue());
        }
      }
    }
    return RepairMark.set(next, at.now());
  }

  /** The compare-and-set of {@code plan} has succeeded. */
  void written(LeasePlan plan, Situation at) {
    read(plan.next(), at.now());
    if (isRetired) {
      return;
    }
    leastHeld = seen.row(at.self()).held();
    // The process may have been paused before the answer, and its permits freed meanwhile.
    boolean isOld = at.now() - plan.madeAt() >= LeaseReclaimer.SETTLING.toNanos();
    boolean isValid = !isOld && leased.limit() == seenLimit && mayGrant(at);
    boolean hasGrown = isValid && plan.allowance() > allowed;
    if (hasGrown) {
      allow(plan.allowance());
    }
    refreshed(at, hasGrown);
    boolean isOverLimit = seen.held() > seenLimit;
    if (isShort(leased.inUse()) || seen.isAnotherUnmet(at.self()) || isOverLimit) {
      demand.request();
    }
  }

  /** There was nothing to write. */
  void unchanged(LeaseEntry read, Situation at) {
    if (isNew) {
      leastHeld = read.row(at.self()).held();
    }
    read(read, at.now());
    if (!isRetired) {
      refreshed(at, false);
    }
  }

  /** The map did not answer, or other members changed the entry first each time. */
  void failed(Situation at) {
    if (!isRetired) {
      refreshed(at, false);
    }
  }

  /** Whether the peers are to be asked for surplus now. */
  boolean takeRequest(long now) {
    return demand.takeRequest(now);
  }

  private void read(LeaseEntry entry, long now) {
    mark.read(entry, now);
    seen = entry;
    isNew = isRetired;
    isRequested = false;
  }

  private void refreshed(Situation at, boolean hasGrown) {
    boolean hasAll = allowed >= seenLimit;
    demand.refreshed(leased, at.now(), isShort(leased.inUse()), hasAll, hasGrown);
  }

  private void allow(int count) {
    allowed = count;
    hasSurplus = false;
    leased.allow(count);
  }

  private boolean isShort(int used) {
    return (long) used + leased.wanted() > allowed;
  }
}
