package dev.fairlead.admission;

import org.jspecify.annotations.Nullable;

/**
 * Clients that wait for a permit, first come, first served, over all event loops. The thread that
 * frees a permit takes it on the spot for the first waiter, under the queue's lock, so that no
 * newcomer can get it; only what follows, on each waiter's own event loop, may happen in another
 * order.
 *
 * <p>Thread-safe. While the queue is empty no lock is taken.
 */
public final class WaitQueue {
  private @Nullable Waiter first;
  private @Nullable Waiter last;
  private volatile int size;

  /**
   * One client in a queue; it contains its links, so that leaving takes constant time. The methods
   * are called on the thread that freed the permit and must return at once.
   */
  public abstract static class Waiter {
    /** Both null, and {@link #inQueue} false, outside of a queue; guarded by the queue. */
    private @Nullable Waiter before;

    private @Nullable Waiter after;
    private boolean inQueue;

    /**
     * Takes all permits that this client needs, or none. Called with the queue locked, so it must
     * call nothing that serves a queue.
     */
    protected abstract boolean tryEnter();

    /** {@link #tryEnter} has succeeded and this client has left the queue. */
    protected abstract void entered();

    /** This client was removed from the queue without a permit. */
    protected abstract void turnedAway();

    /** {@link #tryEnter} has thrown {@code bug}, and this client was removed from the queue. */
    protected abstract void failed(Throwable bug);
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public int size() {
    return size;
  }

  /**
   * Appends {@code waiter}, which may get its permits before this returns.
   *
   * @param capacity the most waiters, this one included
   * @return false if the queue is full; the waiter is not in it then
   */
  public synchronized boolean join(Waiter waiter, int capacity) {
    if (size >= capacity) {
      return false;
    }
    link(waiter);
    // A permit may have been freed since the waiter found none, by a thread that saw no queue.
    serve();
    return true;
  }

  /**
   * Removes {@code waiter}.
   *
   * @return false if it was not in the queue: it has entered, or was turned away
   */
  public synchronized boolean leave(Waiter waiter) {
    boolean waited = waiter.inQueue;
    if (waited) {
      unlink(waiter);
      // The next one may be able to use a permit that this one could not.
      serve();
    }
    return waited;
  }

  /** Lets waiters enter in their order until one finds no permit. */
  public void serve() {
    if (size == 0) {
      return;
    }
    synchronized (this) {
      Waiter next = first;
      while (next != null && serve(next)) {
        next = first;
      }
    }
  }

  /** False = the first waiter has to wait on. */
  private boolean serve(Waiter next) {
    boolean entered;
    try {
      entered = next.tryEnter();
    } catch (RuntimeException | Error bug) {
      // If it stayed, it would fail every thread that gives a permit back.
      unlink(next);
      next.failed(bug);
      return true;
    }
    if (entered) {
      unlink(next);
      next.entered();
    }
    return entered;
  }

  /** Turns away the waiters that came last until {@code capacity} are left. */
  public void trim(int capacity) {
    if (size <= capacity) {
      return;
    }
    synchronized (this) {
      while (last != null && size > capacity) {
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
