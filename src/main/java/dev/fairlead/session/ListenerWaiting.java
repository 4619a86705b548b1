package dev.fairlead.session;

import dev.fairlead.admission.ListenerLimiter;

/** A session that waits for one of its listener's connections. */
final class ListenerWaiting extends Waiting {
  private final ListenerLimiter limiter;

  ListenerWaiting(Session session, ListenerLimiter limiter) {
    super(session, limiter);
    this.limiter = limiter;
  }

  @Override
  protected boolean tryEnter() {
    return limiter.connections().tryTakeInTurn();
  }

  @Override
  void goOn() {
    session().account().admitted();
    session().connect();
  }

  @Override
  void giveBack() {
    limiter.connections().giveBack();
  }
}
