package dev.fairlead.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Clients that wait for a permit, first come, first served, over all event loops. The thread that
 * frees a permit takes it on the spot for the first waiter, under the queue's lock, so that no
 * newcomer can get it; only what follows, on each waiter's own event loop, may happen in another
 * order.
 *
 * <p>Thread-safe. While the queue is empty no lock is taken.
 */
public final class WaitQueue {
  /** The first come first; leaving takes constant time. */
  private final Set<Waiter> waiters = new LinkedHashSet<>();

  /** The size of {@link #waiters}; written under the lock alone. */
  private volatile int size;

  /** The methods are called on the thread that freed the permit and must return at once. */
  public abstract static class Waiter {
    /**
     * Takes all permits that this client needs, or none. Called with the queue locked, so it must
     * call nothing that serves a queue.
     */
    protected abstract boolean tryEnter();

    /** {@link #tryEnter} has succeeded and this client has left the queue. */
    protected abstract void entered();

    /** Removed from the queue without a permit. */
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
    waiters.add(waiter);
    size = waiters.size();
    // A permit may have been freed since the waiter found none, by a thread that saw no queue.
    serve();
    return true;
  }

  /** Returns false if {@code waiter} was not in the queue: it has entered, or was turned away. */
  public synchronized boolean leave(Waiter waiter) {
    boolean waited = remove(waiter);
    if (waited) {
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
      boolean served = true;
      while (served && size > 0) {
        served = serve(waiters.iterator().next());
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
      remove(next);
      next.failed(bug);
      return true;
    }
    if (entered) {
      remove(next);
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
      Deque<Waiter> lastFirst = new ArrayDeque<>();
      waiters.stream().skip(capacity).forEach(lastFirst::addFirst);
      for (Waiter waiter : lastFirst) {
        remove(waiter);
        waiter.turnedAway();
      }
    }
  }

  private boolean remove(Waiter waiter) {
    boolean removed = waiters.remove(waiter);
    size = waiters.size();
    return removed;
  }
}
