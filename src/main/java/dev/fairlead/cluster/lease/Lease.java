package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * This member's permits of one limit: decides from the entry in the map how many it should hold,
 * and sets how many the {@link Leased} may use. On the cluster's context only; times in
 * nanoseconds.
 *
 * <p>A refresh is {@link #plan}, a compare-and-set of what it returns, and then exactly one of
 * {@link #written}, {@link #unchanged} and {@link #failed}. The order is what keeps the sum within
 * the limit: permits are allowed after the map has granted them, and taken away before the map
 * gives them back. If {@code written} is forgotten, granted permits stay unused; if they are
 * allowed before, two members may use the same ones.
 *
 * <pre>
 * limit 100, a holds 60 and uses 30, b holds 0 and wants 50; the shares are 40 and 60
 * b writes held 40, the rest of the limit; then allows 40, and asks a for surplus
 * a allows 40, then writes held 40; b reads that and writes held 60, then allows 60
 * </pre>
 */
final class Lease {
  /** Hysteresis: raising it leaves surplus idle, lowering it writes the map at each short lull. */
  private static final long SURPLUS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String key;
  private final String self;
  private final LeaseContext context;
  private final LeaseReclaimer reclaimer;
  private final LeaseDemand demand = new LeaseDemand();
  private final RepairMark mark = new RepairMark();
  private Leased leased;

  /** Given up: the row is to be removed from the map. */
  private boolean isRetired;

  /** As {@link #leased} allows; the row in the map holds at least as many. */
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
   * What replaces the entry that was read, and this member's allowance once {@code next} is in the
   * map, at most what it holds there. {@code freed}: permits of departed members.
   */
  record LeasePlan(LeaseEntry next, int allowance, long madeAt, long freed) {}

  Lease(LeaseContext context, LeaseReclaimer reclaimer, Leased leased) {
    this.key = leased.key();
    this.self = context.self();
    this.context = context;
    this.reclaimer = reclaimer;
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
  boolean hasNoRow() {
    return seen.row(self).isEmpty();
  }

  /** Whether a refresh would change something, without a request by anyone. */
  boolean isDue() {
    if (isRetired || isNew || leased.limit() != seenLimit) {
      return true;
    }
    int used = leased.inUse();
    LeaseRow mine = seen.row(self);
    boolean isShort = isShort(used);
    if (!isShort) {
      demand.met(leased);
    }
    int base = Math.max(allowed, used);
    return isShort
        || mine.isUnmet()
        || mine.held() != base
        || (base > used && isRequested)
        || seen.held() > seenLimit
        || isSurplusDue(base, used)
        || seen.rows().keySet().stream().anyMatch(reclaimer::isFreed);
  }

  private boolean isSurplusDue(int base, int used) {
    LeaseRow fresh = new LeaseRow(base, used, leased.wanted());
    if (base <= fairShare(seen.with(self, fresh), used)) {
      hasSurplus = false;
      return false;
    }
    if (!hasSurplus) {
      hasSurplus = true;
      surplusSince = context.monotonic();
    }
    return mayGiveBack(seen);
  }

  private boolean mayGiveBack(LeaseEntry entry) {
    return (hasSurplus && context.monotonic() - surplusSince >= SURPLUS_NANOS)
        || entry.isAnotherUnmet(self);
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
  Optional<LeasePlan> plan(LeaseEntry read) {
    reclaimer.observe(context.nodes());
    read.rows().keySet().forEach(reclaimer::sawRow);
    LeaseEntry entry = read.without(reclaimer::isFreed).pinned(reclaimer::isAbsent);
    long freed = read.held() - entry.held();
    if (!isRetired) {
      return planHolding(read, entry, freed);
    }
    LeaseEntry next = entry.with(self, LeaseRow.NONE);
    return next.equals(read) ? Optional.empty() : plan(next, 0, freed);
  }

  private Optional<LeasePlan> planHolding(LeaseEntry read, LeaseEntry entry, long freed) {
    seenLimit = leased.limit();
    int used = leased.inUse();
    boolean isLost = isLost(entry.row(self), used);
    LeaseEntry repaired =
        isLost ? restore(entry) : mark.update(entry, reclaimer, context.monotonic());
    int base = Math.max(allowed, used);
    int held = isLost ? used : holding(repaired, base, used);
    int allowance = held > base ? held : Math.min(allowed, held);
    if (held < allowed) {
      allow(held);
    }
    // Clients may have taken permits until the allowance was lowered; those can't be given back.
    held = Math.max(held, leased.inUse());
    LeaseRow row = new LeaseRow(held, leased.inUse(), leased.wanted());
    if (allowance <= allowed && repaired.equals(read) && isUpToDate(repaired.row(self), row)) {
      return Optional.empty();
    }
    leastHeld = Math.min(leastHeld, held);
    return plan(repaired.with(self, row), allowance, freed);
  }

  private Optional<LeasePlan> plan(LeaseEntry next, int allowance, long freed) {
    long now = context.monotonic();
    return Optional.of(new LeasePlan(next.next(now | 1), allowance, now, freed));
  }

  /**
   * Whether the row of this member in the map holds less than this member has written. Use above it
   * alone is no sign of that: while the limit was removed for a moment, any number could be taken.
   */
  private boolean isLost(LeaseRow mine, int used) {
    return !isNew && mine.held() < Math.max(allowed, Math.min(used, leastHeld));
  }

  /** Use and demand matter only while demand is unmet; otherwise they may be out of date. */
  private static boolean isUpToDate(LeaseRow mine, LeaseRow row) {
    return mine.held() == row.held() && (row.equals(mine) || (!row.isUnmet() && !mine.isUnmet()));
  }

  /** The number of permits this member should hold, as far as they can be granted now. */
  private int holding(LeaseEntry entry, int base, int used) {
    if (seenLimit <= 0) {
      return base;
    }
    long others = entry.heldByOthers(self);
    int wanted = leased.wanted();
    LeaseEntry fresh = entry.with(self, new LeaseRow(base, used, wanted));
    if (others + Math.max(base, entry.row(self).held()) > seenLimit) {
      // Below use, so that clients waiting here do not take each permit that becomes free.
      return Math.min(used, LeaseShares.target(fresh, self, seenLimit, 0));
    }
    int target = fairShare(fresh, used);
    if (target > base && (long) used + wanted >= allowed && mayGrant() && !mark.isNew(entry)) {
      return (int) Math.max(base, Math.min(target, seenLimit - others));
    }
    return target < base && mayGiveBack(entry) ? target : base;
  }

  /** The number of permits this member should hold; below its use only if another starves. */
  private int fairShare(LeaseEntry fresh, int used) {
    int maxSpare = LeaseShares.maxSpare(seenLimit, context.nodes().size(), leased.isRate());
    int target = LeaseShares.target(fresh, self, seenLimit, maxSpare);
    return LeaseShares.isAnotherStarving(fresh, self, seenLimit) ? target : Math.max(target, used);
  }

  private boolean mayGrant() {
    return !mark.isFresh(context.monotonic()) && !reclaimer.areGrantsPaused();
  }

  /** Puts the own row back; if all rows were lost, those of the others as last seen too. */
  private LeaseEntry restore(LeaseEntry entry) {
    LeaseEntry next = entry;
    if (entry.rows().isEmpty()) {
      for (Map.Entry<String, LeaseRow> each : seen.rows().entrySet()) {
        if (!reclaimer.isFreed(each.getKey())) {
          next = next.with(each.getKey(), each.getValue());
        }
      }
    }
    return RepairMark.set(next, context.monotonic());
  }

  /** The compare-and-set of {@code plan} has succeeded. */
  void written(LeasePlan plan) {
    reclaimer.observe(context.nodes());
    read(plan.next());
    if (isRetired) {
      return;
    }
    leastHeld = seen.row(self).held();
    // The process may have been paused before the answer, and its permits freed meanwhile.
    boolean isOld = context.monotonic() - plan.madeAt() >= LeaseReclaimer.SETTLING.toNanos();
    boolean isValid = !isOld && leased.limit() == seenLimit && mayGrant();
    boolean hasGrown = isValid && plan.allowance() > allowed;
    if (hasGrown) {
      allow(plan.allowance());
    }
    refreshed(hasGrown);
    if (isShort(leased.inUse()) || seen.isAnotherUnmet(self) || seen.held() > seenLimit) {
      demand.request();
    }
  }

  void unchanged(LeaseEntry read) {
    if (isNew) {
      leastHeld = read.row(self).held();
    }
    read(read);
    if (!isRetired) {
      refreshed(false);
    }
  }

  /** The map did not answer, or other members changed the entry first each time. */
  void failed() {
    if (!isRetired) {
      refreshed(false);
    }
  }

  boolean takeRequest() {
    return demand.takeRequest(context.monotonic());
  }

  private void read(LeaseEntry entry) {
    mark.read(entry, context.monotonic());
    seen = entry;
    isNew = isRetired;
    isRequested = false;
  }

  private void refreshed(boolean hasGrown) {
    boolean hasAll = allowed >= seenLimit;
    demand.refreshed(leased, context.monotonic(), isShort(leased.inUse()), hasAll, hasGrown);
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
