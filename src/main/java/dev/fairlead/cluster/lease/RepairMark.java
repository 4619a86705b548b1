package dev.fairlead.cluster.lease;

/**
 * What one member knows of the repair mark of one entry. When parts of a split cluster meet, one
 * copy of the entry wins and rows of the other part are missing. The member that notices marks the
 * entry; a member that reads a new mark grants nothing for {@link LeaseReclaimer#GRANT_PAUSE}, in
 * which every member refreshes every key and so writes its row again (anti-entropy). Without the
 * mark, a member that joined during the split, and so saw no merge, would grant permits that others
 * use. Times as of {@link System#nanoTime}: a clock that stands still could make two marks alike.
 * On the cluster's context only.
 *
 * <pre>
 * a finds its row missing, writes it and mark 7    mark 7 is fresh: no grants
 * 2.5 s later                                      all rows are back; the next write sets mark 0
 * </pre>
 */
final class RepairMark {
  /** The last mark seen; 0 = none yet. */
  private long mark;

  private long seenAt;

  /** A mark that differs from all before; {@code now} makes it so. */
  static LeaseEntry set(LeaseEntry entry, long now) {
    return entry.marked(now | 1);
  }

  void read(LeaseEntry entry, long now) {
    if (isNew(entry)) {
      mark = entry.repairMark();
      seenAt = now;
    }
  }

  boolean isNew(LeaseEntry entry) {
    return entry.repairMark() != 0 && entry.repairMark() != mark;
  }

  /** Whether rows may still be missing. */
  boolean isFresh(long now) {
    return mark != 0 && now - seenAt < LeaseReclaimer.GRANT_PAUSE.toNanos();
  }

  /** Sets the mark, for members that saw no merge, during a pause of grants; later removes it. */
  LeaseEntry update(LeaseEntry entry, LeaseReclaimer reclaimer, long now) {
    if (isNew(entry) || entry.rows().isEmpty()) {
      return entry;
    }
    if (reclaimer.areGrantsPaused()) {
      return mark != 0 && reclaimer.isSincePause(seenAt) ? entry : set(entry, now);
    }
    return entry.repairMark() != 0 && !isFresh(now) ? entry.marked(0) : entry;
  }
}
