package dev.fairlead.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection and its backend connection, from the accept to the close. Owned by the
 * event loop that accepted the client; others may only call {@link #record} and {@link #reason},
 * after the close.
 *
 * <p>There is one way out, {@link #end()}: it releases whatever the session holds and reports it,
 * once.
 */
public final class Session extends Deadlines.Entry {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** How often the progress of a slow reader is looked at. */
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private static final long NEVER = SessionTimer.NEVER;

  private final SessionLoop loop;
  private final Destination destination;
  private final SessionAccount account;
  private final SessionTimer timer;
  private final Relay client;

  /** Null until a backend has answered. */
  private Relay server;

  /** What the session does until it relays; null = it relays, or does nothing yet. */
  private Step step;

  /** When the session is looked at next; NEVER = not arranged. */
  private long lookAt = NEVER;

  /** Null until a backend has answered. */
  private PeerCare care;

  /** True once the client was told that it is refused. */
  private boolean refused;

  /** True once one side was reset and the other is to be. */
  private boolean resetting;

  private CloseReason reason;
  private boolean ended;

  Session(SessionLoop loop, Destination destination, Channel channel, long sequence) {
    this.loop = loop;
    this.destination = destination;
    this.account = new SessionAccount(loop, destination, channel.remoteAddress(), sequence);
    this.client = new Relay(this);
    this.timer = new SessionTimer(destination.pool().config().timeouts());
    lookBy(timer.expiresAt());
  }

  /** Looks for a backend, once the session has one of its listener's connections. */
  void start() {
    guarded(account.isAdmitted() ? this::connect : this::await);
  }

  private void await() {
    ListenerWaiting waiting = new ListenerWaiting(this, destination.limiter());
    step = waiting;
    lookBy(waiting.deadline());
    waiting.begin();
  }

  /** Looks for a backend. */
  void connect() {
    account.phase(Phase.CONNECT);
    Connector connector = new Connector(this, destination.pool());
    step = connector;
    connector.next();
  }

  SessionLoop loop() {
    return loop;
  }

  Destination destination() {
    return destination;
  }

  Relay client() {
    return client;
  }

  SessionAccount account() {
    return account;
  }

  long lastByteAt() {
    return timer.lastByteAt();
  }

  boolean isEnded() {
    return ended;
  }

  public CloseReason reason() {
    return reason;
  }

  /** What there is to say of the session now, or at its close when it is closed. */
  public SessionRecord record() {
    return account.record(timer.age(), ended ? reason : null);
  }

  // ---- what the connector tells

  void connected(Relay backendSide, long connectTook) {
    server = backendSide;
    step = null;
    account.connected(timer.age());
    loop.listener().connected(account.backend(), connectTook);
    timer.touch();
    care = new PeerCare(client, server, timer.lastByteAt());
    client.join(server);
    lookBy(nextDeadline());
    if (client.isInputDone()) {
      server.whenFlushed();
    }
  }

  /** The client is told that it is refused; what it still says is dropped. */
  void refused(CloseReason why, Step refusal) {
    reason = why;
    refused = true;
    step = refusal;
    lookBy(refusal.deadline());
  }

  // ---- what the two sides tell

  void read(Relay side, int bytes) {
    if (side == client) {
      account.readFromClient(bytes);
    } else {
      account.readFromBackend(bytes);
    }
  }

  void touch() {
    timer.touch();
  }

  /** One side does not take what the other sends; watch it. */
  void paused() {
    lookBy(System.nanoTime() + PROGRESS_NANOS);
  }

  /** True when nothing that is still read matters any more. */
  boolean isDiscarding() {
    return resetting || refused;
  }

  /** The peer of {@code side} has sent its FIN. */
  void finished(Relay side) {
    if (resetting) {
      return;
    }
    if (refused) {
      end();
      return;
    }
    timer.touch();
    because(side == client ? CloseReason.CLIENT_CLOSED : CloseReason.BACKEND_CLOSED);
    if (side == client && account.isClientSilent()) {
      end();
    } else if (server != null) {
      other(side).whenFlushed();
      lookBy(nextDeadline());
    }
  }

  /** All that was written to {@code side} is with the kernel, so a FIN can follow it. */
  void flushed(Relay side) {
    if (ended || resetting) {
      return;
    }
    if (refused && client.isInputDone()) {
      end();
    } else if (server != null && client.isInputDone() && server.isInputDone()) {
      // Both have said all; closing says FIN where it was not said yet.
      if (client.isFlushed() && server.isFlushed()) {
        end();
      }
    } else {
      side.shutdownOutput();
    }
  }

  /** The peer of {@code side} is gone without a FIN. */
  void broken(Relay side) {
    if (ended) {
      return;
    }
    because(side == client ? CloseReason.CLIENT_RESET : CloseReason.BACKEND_RESET);
    side.close();
    if (server == null || isDiscarding()) {
      end();
    } else {
      resetting = true;
      new ResetDelivery(this, other(side)).run();
    }
  }

  void failed(Relay side, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("session {}: {}", account.id(), cause.toString());
      broken(side);
    } else {
      failed(cause);
    }
  }

  /** Its slot has come: acts on what is due and enters itself again. */
  void due(long now) {
    lookAt = NEVER;
    guarded(() -> meetDeadline(now));
    if (!ended) {
      lookBy(nextDeadline());
    }
  }

  /** Makes sure the session is looked at soon after {@code time}, if not earlier. */
  void lookBy(long time) {
    if (!ended && (time < lookAt || lookAt == NEVER)) {
      loop.deadlines().remove(this);
      lookAt = time;
      loop.deadlines().add(this, time);
    }
  }

  private void meetDeadline(long now) {
    if (now >= timer.expiresAt() && !refused) {
      end(CloseReason.MAX_DURATION);
    } else if (step != null) {
      if (now >= step.deadline()) {
        step.timedOut();
      }
    } else {
      care.attend(now, timer.lastByteAt());
      timer.noticePending(client.pending() + server.pending());
      if (now >= timer.quietUntil(isHalfClosed())) {
        end(isHalfClosed() ? CloseReason.CLOSE_TIMEOUT : CloseReason.IDLE_TIMEOUT);
      }
    }
  }

  private long nextDeadline() {
    if (step != null) {
      return Math.min(timer.expiresAt(), step.deadline());
    }
    long next = Math.min(timer.expiresAt(), timer.quietUntil(isHalfClosed()));
    next = Math.min(next, care.nextAt(timer.lastByteAt()));
    boolean slow = client.pending() + server.pending() > 0;
    return slow ? Math.min(next, System.nanoTime() + PROGRESS_NANOS) : next;
  }

  private boolean isHalfClosed() {
    return client.isInputDone() || server.isInputDone();
  }

  /** Ends the session for {@code why}, unless it has ended. */
  void end(CloseReason why) {
    if (!ended) {
      reason = why;
      end();
    }
  }

  /** Ends the session for the reason it has. Idempotent. */
  void end() {
    if (ended) {
      return;
    }
    ended = true;
    loop.deadlines().remove(this);
    if (server != null && account.judgeBackend(reason)) {
      loop.listener().failed(destination.pool(), account.backend());
    }
    try {
      closeChannels();
    } finally {
      whenClosed();
    }
  }

  private void closeChannels() {
    if (step != null) {
      step.cancel(reason == CloseReason.CLIENT_RESET);
      step = null;
    }
    client.close();
    if (server != null) {
      server.close();
    }
  }

  /** Counts the session no more once its backend has one connection less; not earlier. */
  private void whenClosed() {
    ChannelFuture closed = server == null ? null : server.channel().closeFuture();
    if (closed == null || closed.isDone()) {
      gone();
    } else {
      closed.addListener(done -> gone());
    }
  }

  private void gone() {
    account.close();
    loop.ended();
    loop.listener().closed(this, account.isQuiet(reason));
  }

  /** The first cause counts. */
  private void because(CloseReason why) {
    if (reason == null) {
      reason = why;
    }
  }

  /** Runs {@code step}; a bug in it ends this session, and no other. */
  void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** Ends the session for a bug. */
  void failed(Throwable bug) {
    LOG.error("session {} failed", account.id(), bug);
    end(CloseReason.INTERNAL);
  }

  private Relay other(Relay side) {
    return side == client ? server : client;
  }
}
