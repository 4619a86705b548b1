package dev.fairlead.session;

import dev.fairlead.admission.QueueingLimiter;
import dev.fairlead.admission.WaitQueue;

/**
 * A session in a queue. A place is taken for it on the thread of whoever leaves one; the session
 * goes on from there on its own event loop, where everything of this is called that is not
 * protected.
 */
abstract class Waiting extends WaitQueue.Waiter implements Step {
  private final Session session;
  private final QueueingLimiter limiter;
  private final long deadline;

  /** A place was taken for it; guarded by the queue. */
  private boolean placed;

  /** The wait is over for the session. */
  private boolean over;

  Waiting(Session session, QueueingLimiter limiter) {
    this.session = session;
    this.limiter = limiter;
    this.deadline = System.nanoTime() + limiter.longestWait().toNanos();
  }

  final Session session() {
    return session;
  }

  /** The session goes on with the place it has. */
  abstract void goOn();

  /** A place was taken that the session does not need any more. */
  abstract void giveBack();

  /** Enters the queue, or turns the session away because it is full. */
  final void begin() {
    session.account().phase(Phase.QUEUE);
    if (!limiter.join(this)) {
      over = true;
      Refusal.forLimit(session, full(limiter));
    }
  }

  /** Why a session is refused that may not wait. */
  static CloseReason full(QueueingLimiter limiter) {
    return limiter.hasQueue() ? CloseReason.QUEUE_FULL : CloseReason.LIMIT_CONNECTIONS;
  }

  @Override
  public final long deadline() {
    return deadline;
  }

  @Override
  public final void timedOut() {
    boolean queued = limiter.hasQueue();
    if (leave()) {
      Refusal.forLimit(session, queued ? CloseReason.QUEUE_TIMEOUT : CloseReason.LIMIT_CONNECTIONS);
    }
  }

  @Override
  public final void cancel(boolean reset) {
    if (leave() || over) {
      return;
    }
    over = true;
    // What comes too late is of use to somebody else.
    if (placed) {
      giveBack();
    }
  }

  /** False = it was not in the queue any more. */
  private boolean leave() {
    boolean left = !over && limiter.queue().leave(this);
    over |= left;
    return left;
  }

  @Override
  protected final void entered() {
    placed = true;
    onLoop(this::goOn);
  }

  @Override
  protected final void turnedAway() {
    CloseReason why = full(limiter);
    onLoop(() -> Refusal.forLimit(session, why));
  }

  private void onLoop(Runnable next) {
    session
        .loop()
        .eventLoop()
        .execute(
            () -> {
              if (!over) {
                over = true;
                session.guarded(next);
              }
            });
  }
}
