package dev.fairlead.session;

import java.util.function.Consumer;

/**
 * A timing wheel of one event loop: every live session is in exactly one slot, so it is also the
 * list of them. One coarse timer turns it; a session is looked at when its slot comes, and moves
 * itself on when its deadline was put off meanwhile. After G. Varghese and T. Lauck, "Hashed and
 * Hierarchical Timing Wheels", 1987, scheme 6. Not thread-safe.
 *
 * <p>A deadline is met at most one tick late, and never early.
 */
final class Deadlines {
  /** Time from one slot to the next. */
  static final long TICK_NANOS = 200_000_000;

  private static final int SLOTS = 512;

  private final Entry[] slots = new Entry[SLOTS];
  private final Consumer<Entry> onDue;
  private long turnedTo;

  /**
   * @param onDue called with an entry whose slot has come, already taken out; it may add it again
   */
  Deadlines(long now, Consumer<Entry> onDue) {
    this.turnedTo = now / TICK_NANOS;
    this.onDue = onDue;
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Entry();
    }
  }

  /**
   * Puts {@code entry} where it will be looked at no earlier than {@code due}, unless that is far
   * away.
   */
  void add(Entry entry, long due) {
    long slot = Math.floorDiv(due, TICK_NANOS) + 1;
    long reachable = Math.min(Math.max(slot, turnedTo + 1), turnedTo + SLOTS - 1);
    entry.linkBefore(slots[index(reachable)]);
  }

  void remove(Entry entry) {
    entry.unlink();
  }

  /** Looks at every entry whose slot has come by {@code now}. */
  void turn(long now) {
    long target = now / TICK_NANOS;
    // After a long stop one full turn looks at everything once.
    long from = Math.max(turnedTo + 1, target - SLOTS + 1);
    for (long slot = from; slot <= target; slot++) {
      turnedTo = slot;
      drain(slots[index(slot)]);
    }
  }

  /** Calls {@code visitor} with every entry; it may remove the one it is given, and no other. */
  void forEach(Consumer<Entry> visitor) {
    for (Entry head : slots) {
      for (Entry entry = head.next; entry != head; ) {
        Entry following = entry.next;
        visitor.accept(entry);
        entry = following;
      }
    }
  }

  private void drain(Entry head) {
    if (head.next == head) {
      return;
    }
    // Entries added again by onDue must not be met in this turn.
    Entry due = new Entry();
    due.takeAllOf(head);
    while (due.next != due) {
      Entry entry = due.next;
      entry.unlink();
      onDue.accept(entry);
    }
  }

  private static int index(long slot) {
    return Math.floorMod(slot, SLOTS);
  }

  /** A link of one slot's ring; a fresh one is a ring of its own. */
  static class Entry {
    private Entry previous = this;
    private Entry next = this;

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
