package dev.fairlead.session;

import dev.fairlead.admission.ConnectionLimiter;
import dev.fairlead.admission.QueueingLimiter;
import dev.fairlead.admission.WaitQueue;

/**
 * A session's wait in the queue of a limiter. Its permit is taken on the thread that frees one; the
 * session continues on its own event loop, where everything of this is called that is not
 * protected. Ends once: with {@link #admitted}, with a refusal, or with {@link #cancel}, which
 * gives back a permit that was taken too late.
 */
abstract class Waiting extends WaitQueue.Waiter implements Step {
  private final LoopContext loop;
  private final QueueingLimiter limiter;
  private final StepOwner owner;
  private final long deadline;

  /** A permit was taken for it; guarded by the queue. */
  private boolean hasPermit;

  private boolean over;

  Waiting(LoopContext loop, QueueingLimiter limiter, StepOwner owner) {
    this.loop = loop;
    this.limiter = limiter;
    this.owner = owner;
    this.deadline = loop.now() + limiter.longestWait().toNanos();
  }

  final StepOwner owner() {
    return owner;
  }

  /** The session continues with the permit it has. */
  abstract void admitted();

  /** A permit was taken that the session does not need any more. */
  abstract void giveBack();

  /** Joins the queue, or refuses the session because it is full. */
  @Override
  public final void begin() {
    owner.wakeBy(deadline);
    if (!limiter.join(this)) {
      over = true;
      owner.refuse(refusal(limiter));
    }
  }

  /** Why a session is refused that may not wait. */
  static CloseReason refusal(QueueingLimiter limiter) {
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
      owner.refuse(queued ? CloseReason.QUEUE_TIMEOUT : CloseReason.LIMIT_CONNECTIONS);
    }
  }

  @Override
  public final void cancel(boolean reset) {
    if (leave() || over) {
      return;
    }
    over = true;
    // The permit came too late for this session; another one can use it.
    if (hasPermit) {
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
    hasPermit = true;
    onLoop(this::admitted);
  }

  @Override
  protected final void turnedAway() {
    CloseReason why = refusal(limiter);
    onLoop(() -> owner.refuse(why));
  }

  @Override
  protected final void failed(Throwable bug) {
    onLoop(() -> owner.crashed(bug));
  }

  private void onLoop(Runnable next) {
    loop.eventLoop().execute(() -> unlessOver(next));
  }

  private void unlessOver(Runnable next) {
    if (!over) {
      over = true;
      try {
        next.run();
      } catch (RuntimeException | Error bug) {
        owner.crashed(bug);
      }
    }
  }

  /** The wait for one of a listener's connections. */
  static final class ForConnection extends Waiting {
    private final SessionAccount account;
    private final ConnectionLimiter connections;

    ForConnection(LoopContext loop, SessionAccount account, StepOwner owner) {
      super(loop, account.rules().limiter(), owner);
      this.account = account;
      this.connections = account.rules().limiter().connections();
    }

    @Override
    protected boolean tryEnter() {
      return connections.permits().tryTake();
    }

    @Override
    void admitted() {
      account.admitted();
      owner().proceed();
    }

    @Override
    void giveBack() {
      connections.giveBack();
    }
  }
}
