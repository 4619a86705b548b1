package dev.fairlead.session;

import java.util.function.Consumer;

/**
 * A timing wheel of one event loop: every live session is in exactly one slot, so it is also the
 * list of them. One coarse timer turns it; a session is due when its slot comes, and adds itself
 * again for its next deadline; one that does not is lost to every time-out and to the drain. After
 * G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", 1987, scheme 6. Not
 * thread-safe.
 *
 * <p>A deadline is met at most one tick late, and never early.
 */
final class Deadlines {
  /**
   * Time from one slot to the next. Raising it makes deadlines later, lowering it turns the wheel
   * more often on every event loop.
   */
  static final long TICK_NANOS = 200_000_000;

  static final int SLOTS = 512;

  private final Entry[] slots = new Entry[SLOTS];
  private long turnedTo;

  Deadlines(long now) {
    this.turnedTo = Math.floorDiv(now, TICK_NANOS);
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Entry();
    }
  }

  /** Has {@code entry} due no earlier than {@code due}, unless that is more than a turn away. */
  void add(Entry entry, long due) {
    long slot = Math.floorDiv(due, TICK_NANOS) + 1;
    long reachable = Math.min(Math.max(slot, turnedTo + 1), turnedTo + SLOTS - 1);
    entry.linkBefore(slots[index(reachable)]);
  }

  /** Has {@code entry} due soon after {@code due}, unless it is earlier. */
  void addNoLater(Entry entry, long due) {
    if (entry.next == entry || due < entry.dueAt) {
      entry.unlink();
      entry.dueAt = due;
      add(entry, due);
    }
  }

  void remove(Entry entry) {
    entry.unlink();
  }

  /** Calls {@link Entry#due} of every entry whose slot has come by {@code now}. */
  void turn(long now) {
    long target = Math.floorDiv(now, TICK_NANOS);
    // After a long stop one full turn visits every entry once.
    long from = Math.max(turnedTo + 1, target - SLOTS + 1);
    for (long slot = from; slot <= target; slot++) {
      turnedTo = slot;
      drain(slots[index(slot)], now);
    }
  }

  /** Calls {@code visitor} with every entry; it may remove the one it is given, and no other. */
  void forEach(Consumer<Entry> visitor) {
    forEach(0, SLOTS, visitor);
  }

  /**
   * {@link #forEach(Consumer)} of the entries in {@code count} slots from slot {@code first} on.
   */
  void forEach(long first, int count, Consumer<Entry> visitor) {
    for (long slot = first; slot < first + count; slot++) {
      Entry head = slots[index(slot)];
      for (Entry entry = head.next; entry != head; ) {
        Entry following = entry.next;
        visitor.accept(entry);
        entry = following;
      }
    }
  }

  private void drain(Entry head, long now) {
    if (head.next == head) {
      return;
    }
    // Entries that add themselves again must not be met in this turn.
    Entry due = new Entry();
    due.takeAllOf(head);
    try {
      while (due.next != due) {
        Entry entry = due.next;
        entry.unlink();
        entry.due(now);
      }
    } finally {
      // After a bug in one of them the others are due at the next tick.
      while (due.next != due) {
        Entry entry = due.next;
        entry.unlink();
        add(entry, now);
      }
    }
  }

  private static int index(long slot) {
    return Math.floorMod(slot, SLOTS);
  }

  /** A link of one slot's ring; a fresh one is a ring of its own. */
  static class Entry {
    private Entry previous = this;
    private Entry next = this;

    /** By {@link #addNoLater}; of no meaning while it is in no slot. */
    private long dueAt;

    /** Its slot has come, and it is in no slot any more. Must not throw. */
    void due(long now) {}

    private void linkBefore(Entry head) {
      previous = head.previous;
      next = head;
      head.previous.next = this;
      head.previous = this;
    }

    private void unlink() {
      previous.next = next;
      next.previous = previous;
      previous = this;
      next = this;
    }

    private void takeAllOf(Entry head) {
      next = head.next;
      previous = head.previous;
      next.previous = this;
      previous.next = this;
      head.next = head;
      head.previous = head;
    }
  }
}
