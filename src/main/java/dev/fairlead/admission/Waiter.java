package dev.fairlead.admission;

/**
 * Somebody who waits in a {@link WaitQueue}. Its place in the queue is its own, so that leaving
 * costs the same however many wait.
 *
 * <p>The methods below are called by whoever made room, on any thread, and must return at once.
 */
public abstract class Waiter {
  /** Both null, and {@link #inQueue} false, when it is in no queue; guarded by the queue. */
  Waiter before;

  Waiter after;
  boolean inQueue;

  /**
   * Takes all it waits for, or nothing. Called with the queue locked, so it must call nothing that
   * serves a queue.
   */
  protected abstract boolean tryEnter();

  /** It has taken what it waits for, and is not in the queue any more. */
  protected abstract void entered();

  /** It has waited for nothing, and is not in the queue any more. */
  protected abstract void turnedAway();
}
