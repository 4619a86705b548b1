package dev.fairlead.session;

import dev.fairlead.net.ConnectFailure;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection and its backend connection, from the accept to the close. Owned by the
 * event loop that accepted the client; only {@link #record} and {@link #reason} may be called from
 * elsewhere, after the close.
 *
 * <p>Until it relays, the session is in a {@link Step}: it waits for a permit, connects ({@link
 * Connector}), is refused ({@link Refusal}) or delivers a reset ({@link ResetDelivery}). Every way
 * out leads through {@link #end()}, which releases all that the session holds and reports it, once.
 */
final class Session extends Opening
    implements ChannelFutureListener, SessionListener.ClosedSession {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private @Nullable Side backend; // from its answer on
  private @Nullable Step step;

  /** The client has got its FIN and a reply, and what it sends is dropped. */
  private boolean refused;

  /** One side was reset, and the other is to be, if there is one yet. */
  private boolean resetting;

  private @Nullable CloseReason reason;
  private boolean ended;
  private boolean uncounted;

  Session(LoopContext loop, SessionAccount account) {
    super(loop, account);
    wakeBy(timer.expiresAt());
  }

  @Override
  public void proceed() {
    begin(next());
  }

  private void begin(Step next) {
    step = next;
    next.begin();
    if (!ended) {
      wakeBy(nextDeadline());
    }
  }

  Side client() {
    return client;
  }

  SessionAccount account() {
    return account;
  }

  @Override
  public CloseReason reason() {
    return reason == null ? CloseReason.INTERNAL : reason;
  }

  @Override
  public SessionRecord record() {
    return account.record(timer.age(), ended ? reason() : null);
  }

  @Override
  public void connected(Side answered, long nanos) {
    backend = answered;
    account.connected(timer.age());
    loop.listener().connected(account.selected(), nanos);
    timer.connected();
    step = null;
    account.phase(Phase.RELAY);
    client.join(answered);
    wakeBy(nextDeadline());
    if (client.isInputDone()) {
      answered.whenFlushed();
    }
  }

  @Override
  public void notConnected(@Nullable ConnectFailure last) {
    begin(Refusal.notConnected(loop, this, account, client, last));
  }

  @Override
  public void refuse(CloseReason why) {
    begin(Refusal.byListener(loop, this, account, client, why));
  }

  @Override
  public void linger(CloseReason why) {
    reason = why;
    refused = true;
  }

  @Override
  public void kept() {
    if (step != null) {
      step.received();
    }
  }

  @Override
  public void read(Side side, int bytes) {
    // What a backend says before it is connected is not for the client.
    if (side == client || side == backend) {
      account.read(side == client, bytes);
    }
  }

  @Override
  public void secured(Side side, @Nullable Throwable failure) {
    if (step != null) {
      step.secured(side, failure);
    }
  }

  @Override
  public void touch() {
    timer.touch();
  }

  @Override
  public void paused() {
    wakeBy(timer.progressAt());
  }

  @Override
  public boolean isDiscarding() {
    return resetting || refused;
  }

  @Override
  public void finished(Side side) {
    if (resetting) {
      return;
    }
    if (refused) {
      if (backend == null || (client.isInputDone() && backend.isInputDone())) {
        end();
      }
      return;
    }
    if (step != null && side != client) {
      step.inputDone(side);
      return;
    }
    timer.touch();
    firstReason(side == client ? CloseReason.CLIENT_CLOSED : CloseReason.BACKEND_CLOSED);
    if (step != null) {
      step.inputDone(side);
    }
    if (side == client && account.isClientSilent()) {
      end();
    } else if (step == null && backend != null) {
      (side == client ? backend : client).whenFlushed();
      wakeBy(nextDeadline());
    }
  }

  @Override
  public void flushed(Side side) {
    if (ended || resetting) {
      return;
    }
    if (refused && client.isInputDone()) {
      end();
    } else if (client.isOver() && backend != null && backend.isOver()) {
      end(); // Closing sends the FIN that was not sent yet.
    } else {
      side.shutdownOutput();
      if (backend != null && (side == client ? backend : client).isOutputDone()) {
        end(); // That peer has ended its TLS, and takes nothing more.
      }
    }
  }

  @Override
  public void failed(Side side, Throwable cause) {
    if (!(cause instanceof IOException)) {
      crashed(cause);
    } else if (!ended && (step == null || !step.lost(side, cause))) {
      LOG.debug("session {}: {}", account.id(), cause.toString());
      firstReason(side == client ? CloseReason.CLIENT_RESET : CloseReason.BACKEND_RESET);
      side.close();
      boolean discarding = isDiscarding();
      resetting = true;
      if (backend == null || discarding) {
        end();
      } else {
        Side other = side == client ? backend : client;
        begin(new ResetDelivery(loop, this, other, timer.lastByteAt()));
      }
    }
  }

  /** Acts on what is due and enters the timing wheel again. */
  @Override
  void due(long now) {
    try {
      meetDeadline(now);
      if (!ended) {
        wakeBy(nextDeadline());
      }
    } catch (RuntimeException | Error bug) {
      crashed(bug);
    }
  }

  @Override
  public void wakeBy(long time) {
    if (!ended) {
      loop.deadlines().addNoLater(this, time);
    }
  }

  private void meetDeadline(long now) {
    if (now >= timer.expiresAt() && !refused) {
      end(CloseReason.MAX_DURATION);
    } else if (step != null) {
      if (now >= step.deadline()) {
        step.timedOut();
      }
    } else if (backend != null) {
      timer.careForPeers(now, client, backend);
      if (now >= timer.quietUntil(client.isHalfClosed())) {
        end(client.isHalfClosed() ? CloseReason.CLOSE_TIMEOUT : CloseReason.IDLE_TIMEOUT);
      }
    }
  }

  private long nextDeadline() {
    if (step == null && backend != null) {
      return timer.nextDeadline(client.isHalfClosed(), client.pending() + backend.pending() > 0);
    }
    return step == null ? timer.expiresAt() : Math.min(timer.expiresAt(), step.deadline());
  }

  @Override
  public void end(CloseReason why) {
    if (!ended) {
      reason = why;
      end();
    }
  }

  /** How long no byte has moved; -1 = it may not be ended gently. */
  long quietNanos(long minAgeNanos) {
    if (timer.age() < minAgeNanos || step != null || backend == null || client.isHalfClosed()) {
      return -1;
    }
    return client.pending() + backend.pending() == 0 ? loop.now() - timer.lastByteAt() : -1;
  }

  void endGently(CloseReason why) {
    if (step == null && backend != null) {
      begin(Refusal.ofBoth(loop, this, account, client, backend, why));
    }
  }

  /** Ends the session for the reason it has. Idempotent, and never throws. */
  @Override
  public void end() {
    if (!ended) {
      ended = true;
      loop.deadlines().remove(this);
      release(Session::judgeBackend);
      release(Session::cancelStep);
      release(session -> session.client.close());
      release(Session::closeBackend);
    }
  }

  @Override
  public void crashed(Throwable bug) {
    LOG.error("session {} failed", account.id(), bug);
    end(CloseReason.INTERNAL);
  }

  private void judgeBackend() {
    if (backend != null && account.judgeBackend(reason())) {
      loop.listener().failed(account.destination().pool(), account.selected());
    }
  }

  private void cancelStep() {
    if (step != null) {
      step.cancel(resetting);
      step = null;
    }
  }

  /** The session is counted until the connection to its backend is closed. */
  private void closeBackend() {
    if (backend == null) {
      uncount();
    } else {
      backend.channel().closeFuture().addListener(this);
      try {
        backend.close();
      } catch (RuntimeException | Error bug) {
        uncount();
        throw bug;
      }
    }
  }

  /** The connection to the backend is closed. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    uncount();
  }

  private void uncount() {
    if (!uncounted) {
      uncounted = true;
      release(session -> session.account.close());
      release(session -> session.loop.onClosed().run());
      release(
          session ->
              session.loop.listener().closed(session, session.account.isQuiet(session.reason())));
    }
  }

  /** Runs one part of the end; a failure must not skip the parts after it. Allocates nothing. */
  private void release(Consumer<Session> part) {
    try {
      part.accept(this);
    } catch (RuntimeException | Error bug) {
      LOG.error("session {}: a part of its end failed", account.id(), bug);
    }
  }

  private void firstReason(CloseReason why) {
    if (reason == null) {
      reason = why;
    }
  }
}
