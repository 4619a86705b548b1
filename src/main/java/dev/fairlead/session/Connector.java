package dev.fairlead.session;

import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.Dialer;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.limit.PoolLimiter;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds a backend for one session: selects one, waits while all eligible ones are full, connects,
 * and tries the next one when that fails. Lives from the admission until a backend has answered or
 * none is left; on the session's event loop.
 *
 * <p>The account counts the session at its backend from the selection on, not from the answer: else
 * a burst of clients would all see the same idle backend. It is uncounted here when the attempt
 * fails.
 */
final class Connector implements Step, Dialer.DialEvents {
  private final LoopContext loop;
  private final Pool pool;
  private final SessionAccount account;
  private final StepOwner owner;
  private final Dialer dialer;
  private List<Backend> tried = List.of();

  /** Of the last attempt. */
  private @Nullable ConnectFailure failure;

  /** While all backends are full. */
  private @Nullable BackendWaiting waiting;

  /** Of the channel opened last. */
  private @Nullable Side side;

  Connector(LoopContext loop, SessionAccount account, StepOwner owner) {
    this.loop = loop;
    this.pool = account.destination().pool();
    this.account = account;
    this.owner = owner;
    this.dialer = new Dialer(loop.eventLoop(), loop.transport(), loop.clock(), this);
  }

  @Override
  public void begin() {
    next();
  }

  /** Tries the next backend, or reports that there is none. */
  private void next() {
    if (account.attempts() >= pool.config().connect().attempts()) {
      owner.notConnected(failure);
    } else if (account.trySelect(tried)) {
      attempt();
    } else if (failure == null && limiter().isAnyEligible(account.client().source())) {
      account.phase(Phase.QUEUE);
      waiting = new BackendWaiting();
      waiting.begin();
    } else {
      // A session that has tried a backend does not wait: those in the queue would take any.
      owner.notConnected(failure);
    }
  }

  private PoolLimiter limiter() {
    return account.destination().poolLimiter();
  }

  private void attempt() {
    Connect connect = pool.config().connect();
    List<SocketAddress> addresses = account.selected().addresses();
    dialer.dial(addresses, connect.timeout(), connect.source(), account.sequence());
    owner.wakeBy(dialer.deadline());
  }

  @Override
  public long deadline() {
    return waiting == null ? dialer.deadline() : waiting.deadline();
  }

  @Override
  public void timedOut() {
    if (waiting == null) {
      dialer.expire(loop.now());
    } else {
      waiting.timedOut();
    }
  }

  @Override
  public void cancel(boolean reset) {
    if (waiting != null) {
      waiting.cancel(reset);
    }
    dialer.cancel(reset);
  }

  @Override
  public void opened(Channel channel) {
    side = new Side(loop.transport(), owner);
    loop.configure(channel, side);
  }

  @Override
  public void connected(SocketAddress address, long nanos) {
    account.selected().worked(address);
    owner.connected(Objects.requireNonNull(side), nanos);
  }

  @Override
  public void failed(ConnectFailure why) {
    Backend backend = account.selected();
    failure = why;
    if (!why.isLocal()) {
      account.backendFailed();
      loop.listener().failed(pool, backend);
    }
    account.unselected();
    if (tried.isEmpty()) {
      tried = new ArrayList<>(pool.config().connect().attempts());
    }
    tried.add(backend);
    next();
  }

  @Override
  public void crashed(Throwable bug) {
    owner.crashed(bug);
  }

  /** The wait until a backend of the pool has room; which one is selected then. */
  private final class BackendWaiting extends Waiting {
    /** Guarded by the queue. */
    private @Nullable Backend selected;

    BackendWaiting() {
      super(loop, limiter(), owner);
    }

    @Override
    protected boolean tryEnter() {
      selected = limiter().trySelectInTurn(account.client().source());
      return selected != null;
    }

    @Override
    void admitted() {
      waiting = null;
      account.selected(Objects.requireNonNull(selected));
      attempt();
    }

    @Override
    void giveBack() {
      limiter().released(Objects.requireNonNull(selected));
      limiter().left();
    }
  }
}
