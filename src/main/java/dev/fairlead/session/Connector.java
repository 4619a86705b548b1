package dev.fairlead.session;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig.Connect;
import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.Dialer;
import dev.fairlead.net.LineLimit;
import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.net.tls.PostgresStartTls;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.ListenerRules.TlsRules;
import dev.fairlead.session.limit.PoolLimiter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

  /** A backend with a wrong certificate fails for each client. */
  private static final LineLimit HANDSHAKE_LINES =
      new LineLimit(Duration.ofMinutes(1), System::nanoTime);

  private final LoopContext loop;
  private final Pool pool;
  private final SessionAccount account;
  private final StepOwner owner;
  private final Channel client;
  private final Dialer dialer;
  private List<Backend> tried = List.of();

  /** Of the last attempt. */
  private @Nullable ConnectFailure failure;

  /** While all backends are full. */
  private @Nullable BackendWaiting waiting;

  /** Of the channel opened last. */
  private @Nullable Side side;

  /** True from the connect to the end of the TLS handshake, if there is one. */
  private boolean securing;

  /** True while the backend has not answered whether it speaks TLS. */
  private boolean asked;

  /** When the attempt has to be over, and how long the connect took. */
  private long attemptDeadline;

  private long connectNanos;

  /**
   * @param client whose local port is that of backends with the same
   */
  Connector(LoopContext loop, SessionAccount account, StepOwner owner, Channel client) {
    this.loop = loop;
    this.pool = account.destination().pool();
    this.account = account;
    this.owner = owner;
    this.client = client;
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
      if (account.selected().isReject()) {
        account.unselected();
        owner.refuse(CloseReason.REJECT);
      } else {
        attempt();
      }
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
    Backend backend = account.selected();
    List<SocketAddress> addresses =
        backend.config().isSamePort() ? backend.addressesAt(localPort()) : backend.addresses();
    attemptDeadline = loop.now() + connect.timeout().toNanos();
    dialer.dial(addresses, connect.timeout(), connect.source(), account.sequence());
    owner.wakeBy(dialer.deadline());
  }

  /**
   * That of the socket, never one that a PROXY header names: else clients could choose any port. A
   * Unix socket has none; configurations with such a listener are refused.
   */
  private int localPort() {
    return client.localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
  }

  @Override
  public long deadline() {
    if (securing) {
      return attemptDeadline;
    }
    return waiting == null ? dialer.deadline() : waiting.deadline();
  }

  @Override
  public void timedOut() {
    if (securing) {
      handshakeFailed(ConnectFailure.TIMED_OUT);
    } else if (waiting == null) {
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
    if (securing) {
      securing = false;
      backend().close();
    }
    dialer.cancel(reset);
  }

  private Side backend() {
    return Objects.requireNonNull(side);
  }

  @Override
  public void opened(Channel channel) {
    side = new Side(owner);
    loop.configure(channel, side);
  }

  @Override
  public void connected(SocketAddress address, long nanos) {
    account.selected().worked(address);
    connectNanos = nanos;
    OutgoingHeader.write(account, client, backend()); // before TLS
    if (account.client().isStartTls() && speaksTls()) {
      securing = true;
      asked = true;
      backend().writeAndFlush(Unpooled.wrappedBuffer(PostgresStartTls.sslRequest()));
      owner.wakeBy(attemptDeadline);
    } else {
      secure();
    }
  }

  /** Whether the backend gets TLS, be it that of its client. */
  private boolean speaksTls() {
    TlsRules rules = account.rules().tls();
    return account.destination().tls() != null || (rules != null && rules.contexts() == null);
  }

  /** The answer to our request for TLS, as PostgreSQL gives it. */
  @Override
  public void received() {
    ByteBuf answer = asked ? backend().early() : null;
    if (answer == null) {
      return;
    }
    asked = false;
    // One byte: more of them came from somebody in between, who cannot encrypt.
    if (answer.readableBytes() == 1 && answer.getByte(answer.readerIndex()) == 'S') {
      backend().dropEarly(1);
      secure();
    } else {
      secured(backend(), new SSLException("it refuses TLS"));
    }
  }

  /** Begins TLS with the backend, if its pool has it; else the session can relay. */
  private void secure() {
    Supplier<BackendContexts> tls = account.destination().tls();
    securing = tls != null;
    if (tls == null) {
      owner.connected(backend(), connectNanos);
    } else {
      backend().secure(newHandler(tls.get(), backend().channel()));
      owner.wakeBy(attemptDeadline);
    }
  }

  private SslHandler newHandler(BackendContexts tls, Channel channel) {
    BackendConfig config = account.selected().config();
    String host = config.host() == null ? "localhost" : config.host();
    int port = config.isSamePort() ? localPort() : config.port();
    return tls.newHandler(channel.alloc(), host, port);
  }

  @Override
  public void secured(Side of, @Nullable Throwable failure) {
    if (!securing || of != side) {
      return;
    }
    if (failure == null) {
      securing = false;
      owner.connected(of, connectNanos);
    } else {
      HANDSHAKE_LINES
          .next()
          .ifPresent(
              more ->
                  LOG.warn(
                      "TLS handshake with backend {} failed: {} ({} more failed since the last such"
                          + " line)",
                      account.selected(),
                      TlsLayer.reason(failure),
                      more));
      handshakeFailed(ConnectFailure.TLS_FAILED);
    }
  }

  @Override
  public void inputDone(Side of) {
    lost(of, TlsLayer.truncated());
  }

  @Override
  public boolean lost(Side of, Throwable cause) {
    if (!securing || of != side) {
      return false;
    }
    secured(of, cause);
    return true;
  }

  private void handshakeFailed(ConnectFailure why) {
    securing = false;
    asked = false;
    backend().close();
    failed(why);
  }

  @Override
  public void failed(ConnectFailure why) {
    Backend backend = account.selected();
    failure = why;
    if (!why.isLocal()) {
      account.backendFailed(why == ConnectFailure.REFUSED && backend.config().isSamePort());
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
