package dev.fairlead.session;

import dev.fairlead.pool.Backend;

/** A session that waits until a backend of its pool has room; which one is chosen then. */
final class BackendWaiting extends Waiting {
  private final Connector connector;
  private final SessionAccount account;

  /** Null until there is one; guarded by the queue. */
  private Backend selected;

  BackendWaiting(Session session, Connector connector) {
    super(session, session.account().poolLimiter());
    this.connector = connector;
    this.account = session.account();
  }

  @Override
  protected boolean tryEnter() {
    selected = account.poolLimiter().trySelectInTurn(account.source());
    return selected != null;
  }

  @Override
  void goOn() {
    account.selected(selected);
    connector.attempt();
  }

  @Override
  void giveBack() {
    account.poolLimiter().released(selected);
    account.poolLimiter().left();
  }
}
