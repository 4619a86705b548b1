package dev.fairlead.admission;

/**
 * Those who wait for room, first come, first served, over all event loops: whoever makes room lets
 * the first ones in on the spot, and nobody who comes later may take what they wait for. Only what
 * follows, on the event loop of each, may happen in another order.
 *
 * <p>Thread-safe. While nobody waits no lock is taken.
 */
public final class WaitQueue {
  private Waiter first;
  private Waiter last;
  private volatile int size;

  /** True when nobody would be overtaken by who comes now. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** How many wait. */
  public int size() {
    return size;
  }

  /**
   * Puts {@code waiter} at the end, from where it may be let in before this returns.
   *
   * @param most that may wait, this one included
   * @return false = as many wait already, and it does not
   */
  public synchronized boolean join(Waiter waiter, int most) {
    if (size >= most) {
      return false;
    }
    link(waiter);
    // There may be room since it looked, by somebody who saw nobody waiting.
    serve();
    return true;
  }

  /**
   * Takes {@code waiter} out of the queue.
   *
   * @return false = it was not in there: it has entered, or was turned away
   */
  public synchronized boolean leave(Waiter waiter) {
    boolean waited = waiter.inQueue;
    if (waited) {
      unlink(waiter);
      // It may have been the one that nothing there was right for.
      serve();
    }
    return waited;
  }

  /** There may be room: lets in as many as find it, in their order. */
  public void serve() {
    if (size == 0) {
      return;
    }
    synchronized (this) {
      while (first != null && first.tryEnter()) {
        Waiter entered = first;
        unlink(entered);
        entered.entered();
      }
    }
  }

  /** Turns away those who came last, until {@code most} are left. */
  public void trim(int most) {
    if (size <= most) {
      return;
    }
    synchronized (this) {
      while (size > most) {
        Waiter out = last;
        unlink(out);
        out.turnedAway();
      }
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock alone.
  private void link(Waiter waiter) {
    waiter.inQueue = true;
    waiter.before = last;
    if (last == null) {
      first = waiter;
    } else {
      last.after = waiter;
    }
    last = waiter;
    size++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written under the lock alone.
  private void unlink(Waiter waiter) {
    if (waiter.before == null) {
      first = waiter.after;
    } else {
      waiter.before.after = waiter.after;
    }
    if (waiter.after == null) {
      last = waiter.before;
    } else {
      waiter.after.before = waiter.before;
    }
    waiter.inQueue = false;
    waiter.before = null;
    waiter.after = null;
    size--;
  }
}
