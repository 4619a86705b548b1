package dev.fairlead.session;

import dev.fairlead.net.ConnectFailure;
import dev.fairlead.pool.Pool;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
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

  /**
   * How long a client that was told why it is turned away may take to close; a close at once could
   * reset it unread.
   */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

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

  /** Null once a backend has answered. */
  private Connector connector;

  /** When the session is looked at next; NEVER = not arranged. */
  private long lookAt = NEVER;

  /** Null until a backend has answered. */
  private PeerCare care;

  /** When a client that was refused is cut; NEVER = it was not refused. */
  private long lingerUntil = NEVER;

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

  /** Looks for a backend. */
  void start() {
    connector = new Connector(this, destination.pool());
    guarded(connector::next);
  }

  SessionLoop loop() {
    return loop;
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
    connector = null;
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

  /**
   * No backend took the session.
   *
   * @param failure of the last attempt, null = there was no backend to try
   */
  void notConnected(ConnectFailure failure) {
    Pool pool = destination.pool();
    if (failure == null) {
      destination.listener().refused(CloseReason.NO_BACKEND);
      refuse(CloseReason.NO_BACKEND, pool.config().replies().noBackend());
    } else {
      refuse(CloseReason.of(failure), pool.config().replies().connectFailed(failure.cause()));
    }
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
    return resetting || lingerUntil != NEVER;
  }

  /** The peer of {@code side} has sent its FIN. */
  void finished(Relay side) {
    if (resetting) {
      return;
    }
    if (lingerUntil != NEVER) {
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
    if (lingerUntil != NEVER && client.isInputDone()) {
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
    if (lingerUntil != NEVER) {
      if (now >= lingerUntil) {
        end();
      }
    } else if (now >= timer.expiresAt()) {
      end(CloseReason.MAX_DURATION);
    } else if (connector != null) {
      if (now >= connector.deadline()) {
        connector.timedOut();
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
    if (connector != null) {
      return Math.min(timer.expiresAt(), connector.deadline());
    }
    if (server == null) {
      return lingerUntil;
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
    // What is counted goes first: closing runs code that is not ours.
    loop.deadlines().remove(this);
    if (server != null && account.judgeBackend(reason)) {
      loop.listener().failed(destination.pool(), account.backend());
    }
    account.close();
    loop.ended();
    closeChannels();
    loop.listener().closed(this, account.isProbe(reason));
  }

  private void closeChannels() {
    if (connector != null) {
      connector.cancel(reason == CloseReason.CLIENT_RESET);
      connector = null;
    }
    client.close();
    if (server != null) {
      server.close();
    }
  }

  private void refuse(CloseReason why, String reply) {
    connector = null;
    if (reply == null || client.isGone()) {
      end(why);
      return;
    }
    reason = why;
    lingerUntil = System.nanoTime() + LINGER_NANOS;
    client.say(ByteBufUtil.writeUtf8(client.channel().alloc(), reply));
    client.whenFlushed();
    lookBy(lingerUntil);
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
