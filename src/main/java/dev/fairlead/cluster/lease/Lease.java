package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What this member has of one limit. What it may use is raised only after it was written that it
 * holds so many, and lowered before. On the cluster's context only.
 */
final class Lease {
  /** What nobody else wants is given back after this. */
  private static final long SURPLUS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String key;
  private final LeaseDemand want = new LeaseDemand();
  private Leased leased;
  private boolean isRetired;

  /** What {@link #leased} was told; this member's row holds as many, as far as it knows. */
  private int allowed;

  /** As it was last read or written. */
  private LeaseEntry seen = LeaseEntry.NONE;

  private int seenLimit;

  /** Before the first look. */
  private boolean isNew = true;

  /** Somebody asked to look, and there was nothing to give. */
  private boolean isAsked;

  private boolean hasSurplus;
  private long surplusSince;

  /** The last mark seen that rows of this entry may be missing, 0 = none; and since when. */
  private long mark;

  private long markedAt;

  /**
   * What is so while a lease is looked at.
   *
   * @param members of the cluster
   */
  record Situation(String self, int members, LeaseReclaimer departures, long now) {}

  Lease(Leased leased) {
    this.key = leased.key();
    this.leased = leased;
    leased.allow(0);
  }

  String key() {
    return key;
  }

  /** {@code next} is what is leased under this key now. */
  void follow(Leased next) {
    if (next != leased) {
      end(leased);
      leased = next;
      leased.allow(allowed);
      want.followed(leased);
    } else if (isRetired) {
      leased.allow(0);
    } else {
      // Less, if the limit went and came back and nobody looked meanwhile.
      allowed = Math.min(allowed, leased.allowed());
    }
    isRetired = false;
  }

  /** The cluster does not limit this any more, or this member is about to stop. */
  void retire() {
    if (!isRetired) {
      isRetired = true;
      isNew = true;
      allowed = 0;
      end(leased);
      want.met(leased);
    }
  }

  /** What the cluster does not limit any more must not be kept from taking. */
  private static void end(Leased before) {
    if (before.limit() > 0) {
      before.allow(0);
    }
  }

  boolean isRetired() {
    return isRetired;
  }

  /** Whether a look is due without anybody asking for it. */
  boolean isDue(Situation at) {
    if (isRetired || isNew || leased.limit() != seenLimit) {
      return true;
    }
    int used = leased.inUse();
    LeaseRow mine = seen.row(at.self());
    boolean isShort = isShort(used);
    if (!isShort) {
      want.met(leased);
    }
    int base = Math.max(allowed, used);
    boolean isIdle = base > used;
    return isShort
        || mine.isUnmet()
        || mine.held() != base
        || (isIdle && isAsked)
        || seen.held() > seenLimit
        || isToBeGivenBack(at, base, used)
        || seen.rows().keySet().stream().anyMatch(at.departures()::isFreed);
  }

  private boolean isToBeGivenBack(Situation at, int base, int used) {
    LeaseRow fresh = new LeaseRow(base, used, leased.wanted());
    if (base <= fairPart(seen.with(at.self(), fresh), used, at)) {
      hasSurplus = false;
      return false;
    }
    if (!hasSurplus) {
      hasSurplus = true;
      surplusSince = at.now();
    }
    return isSurplusOld(at.now()) || seen.isAnotherUnmet(at.self());
  }

  private boolean isSurplusOld(long now) {
    return hasSurplus && now - surplusSince >= SURPLUS_NANOS;
  }

  /** Another member asks to look; whether that is worth it. */
  boolean asked() {
    isAsked = true;
    int used = leased.inUse();
    return allowed > used || isShort(used);
  }

  /**
   * What is to be written instead of {@code read}, null = that is well. Lowers the allowance if
   * that is necessary.
   */
  LeasePlan plan(LeaseEntry read, Situation at) {
    read.rows().keySet().forEach(at.departures()::sawRow);
    LeaseEntry entry = read.without(at.departures()::isFreed).pinned(at.departures()::isAbsent);
    long freed = read.held() - entry.held();
    if (isRetired) {
      LeaseEntry next = entry.with(at.self(), LeaseRow.NONE);
      return next.equals(read) ? null : new LeasePlan(next.next(at.now() | 1), 0, at.now(), freed);
    }
    seenLimit = leased.limit();
    int used = leased.inUse();
    boolean isLost = !isNew && entry.row(at.self()).held() < Math.max(allowed, used);
    entry = isLost ? restore(entry, at) : marked(entry, at);
    int base = Math.max(allowed, used);
    int held = isLost ? used : holding(entry, base, used, at);
    int allowance = held > base ? held : Math.min(allowed, held);
    if (held < allowed) {
      allow(held);
    }
    // Others take at the same time: only after that it is known how many can be given back.
    held = Math.max(held, leased.inUse());
    LeaseRow row = new LeaseRow(held, leased.inUse(), leased.wanted());
    boolean isWell = entry.equals(read) && allowance <= allowed && isWell(entry, row, at);
    return isWell
        ? null
        : new LeasePlan(entry.with(at.self(), row).next(at.now() | 1), allowance, at.now(), freed);
  }

  /** What is used and wanted is for those who miss something; otherwise it may be old. */
  private static boolean isWell(LeaseEntry entry, LeaseRow row, Situation at) {
    LeaseRow mine = entry.row(at.self());
    return mine.held() == row.held() && (row.equals(mine) || (!row.isUnmet() && !mine.isUnmet()));
  }

  /** So many this member should hold, as far as it may take them now. */
  private int holding(LeaseEntry entry, int base, int used, Situation at) {
    int limit = seenLimit;
    if (limit <= 0) {
      return base;
    }
    long others = entry.heldByOthers(at.self());
    int wanted = leased.wanted();
    LeaseEntry fresh = entry.with(at.self(), new LeaseRow(base, used, wanted));
    if (others + Math.max(base, entry.row(at.self()).held()) > limit) {
      // Less than is used: else those that wait would take each place that is left.
      return Math.min(used, LeaseShares.target(fresh, at.self(), limit, 0));
    }
    int target = fairPart(fresh, used, at);
    boolean mayGrant = mayGrant(at) && !isNewMark(entry);
    if (target > base && (long) used + wanted >= allowed && mayGrant) {
      return (int) Math.max(base, Math.min(target, limit - others));
    }
    return target < base && (isSurplusOld(at.now()) || entry.isAnotherUnmet(at.self()))
        ? target
        : base;
  }

  /** So many this member should hold; fewer than are used only if somebody else starves. */
  private int fairPart(LeaseEntry fresh, int used, Situation at) {
    int mostSpare = LeaseShares.mostSpare(seenLimit, at.members(), leased.isRate());
    int target = LeaseShares.target(fresh, at.self(), seenLimit, mostSpare);
    return LeaseShares.isAnotherStarving(fresh, at.self(), seenLimit)
        ? target
        : Math.max(target, used);
  }

  private boolean mayGrant(Situation at) {
    return !isMarkFresh(at.now()) && !at.departures().isQuiet();
  }

  private boolean isMarkFresh(long now) {
    return mark != 0 && now - markedAt < LeaseReclaimer.QUIET.toNanos();
  }

  private boolean isNewMark(LeaseEntry entry) {
    return entry.restored() != 0 && entry.restored() != mark;
  }

  /**
   * Marks it for those who do not know that parts have met, as who came meanwhile; takes the mark
   * away when all have had the time to write again what they have.
   */
  private LeaseEntry marked(LeaseEntry entry, Situation at) {
    if (isNewMark(entry) || entry.rows().isEmpty()) {
      return entry;
    }
    if (at.departures().isQuiet()) {
      boolean isKnown = mark != 0 && at.departures().isSinceQuiet(markedAt);
      return isKnown ? entry : entry.restored(at.now() | 1);
    }
    return entry.restored() != 0 && !isMarkFresh(at.now()) ? entry.restored(0) : entry;
  }

  /** The own row was lost: if it was with all others, they are what they were when last seen. */
  private LeaseEntry restore(LeaseEntry entry, Situation at) {
    LeaseEntry next = entry;
    if (entry.rows().isEmpty()) {
      for (Map.Entry<String, LeaseRow> each : seen.rows().entrySet()) {
        if (!at.departures().isFreed(each.getKey())) {
          next = next.with(each.getKey(), each.getValue());
        }
      }
    }
    return next.restored(at.now() | 1);
  }

  /** {@code plan} is in the map. */
  void written(LeasePlan plan, Situation at) {
    read(plan.next(), at.now());
    if (isRetired) {
      return;
    }
    // The answer may have waited for a process that stood still, and was thought dead meanwhile.
    boolean isOld = at.now() - plan.madeAt() >= LeaseReclaimer.SETTLING.toNanos();
    boolean isStillTrue = !isOld && leased.limit() == seenLimit && mayGrant(at);
    boolean hasGrown = isStillTrue && plan.allowance() > allowed;
    if (hasGrown) {
      allow(plan.allowance());
    }
    looked(at, hasGrown);
    boolean isTooMuch = seen.held() > seenLimit;
    if (isShort(leased.inUse()) || seen.isAnotherUnmet(at.self()) || isTooMuch) {
      want.hint();
    }
  }

  /** There was nothing to write. */
  void well(LeaseEntry read, Situation at) {
    read(read, at.now());
    if (!isRetired) {
      looked(at, false);
    }
  }

  /** The map could not say, or others were always quicker. */
  void failed(Situation at) {
    if (!isRetired) {
      looked(at, false);
    }
  }

  /** Whether the others are to be asked to look now. */
  boolean takeHint(long now) {
    return want.takeHint(now);
  }

  /** Whether this member has no row, as far as it knows. */
  boolean isGone(String self) {
    return seen.row(self).isEmpty();
  }

  private void read(LeaseEntry entry, long now) {
    if (isNewMark(entry)) {
      mark = entry.restored();
      markedAt = now;
    }
    seen = entry;
    isNew = isRetired;
    isAsked = false;
  }

  private void looked(Situation at, boolean hasGrown) {
    boolean isAll = allowed >= seenLimit;
    want.looked(leased, at.now(), isShort(leased.inUse()), isAll, hasGrown);
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
