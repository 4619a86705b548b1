package dev.fairlead.session;

import dev.fairlead.pool.Backend;
import java.util.Collection;
import java.util.List;

/** A session that waits until a backend of its pool has room; which one is chosen then. */
final class BackendWaiting extends Waiting {
  private final Connector connector;
  private final PoolLimiter limiter;
  private final SessionAccount account;
  private final Collection<Backend> tried;
  private final boolean countedAtPool;

  /** Null until there is one; guarded by the queue. */
  private Backend selected;

  BackendWaiting(Session session, Connector connector, List<Backend> tried) {
    super(session, session.account().poolLimiter());
    this.connector = connector;
    this.account = session.account();
    this.limiter = account.poolLimiter();
    this.tried = List.copyOf(tried);
    this.countedAtPool = account.isAtPool();
  }

  @Override
  protected boolean tryEnter() {
    selected = limiter.trySelectInTurn(account.source(), tried, countedAtPool);
    return selected != null;
  }

  @Override
  void goOn() {
    account.selected(selected);
    connector.attempt();
  }

  @Override
  void giveBack() {
    limiter.released(selected);
    if (!countedAtPool) {
      limiter.left();
    }
  }
}
