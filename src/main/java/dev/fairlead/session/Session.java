package dev.fairlead.session;

import dev.fairlead.config.PoolConfig.Timeouts;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection and its backend connection, from the accept to the close. Owned by the
 * event loop that accepted the client; only {@link #record}, after the close, is for others.
 *
 * <p>There is one way out, {@link #end}: it releases whatever the session holds and reports it,
 * once.
 */
public final class Session extends Deadlines.Entry {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** How long a reset waits for the bytes that came before it. */
  private static final long RESET_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How often it looks whether they have gone. */
  private static final long RESET_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /**
   * How long a client that was told why it is turned away may take to close; closing at once could
   * reset it unread.
   */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * How often the progress of a slow reader is looked at: writing, unlike reading, is not seen by
   * the session.
   */
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private static final long NEVER = Long.MAX_VALUE;

  private final SessionLoop loop;
  private final Destination destination;
  private final long sequence;
  private final SocketAddress source;
  private final long startedAt = System.nanoTime();
  private final long expiresAt;
  private final Relay client;

  /** Null until a backend has answered. */
  private Relay server;

  /** Null once a backend has answered. */
  private Connector connector;

  /** The last one selected. */
  private Backend backend;

  /** True while the session is counted at {@link #backend}. */
  private boolean counted;

  private int attempts;
  private long connectNanos = -1;
  private long bytesFromClient;
  private long bytesToClient;
  private long lastByteAt = startedAt;
  private long lastPending;
  private long lookAt = NEVER;

  /**
   * When a client that was refused, or the side a reset is passed to, is cut; NEVER = neither is
   * under way.
   */
  private long discardUntil = NEVER;

  private Phase phase = Phase.CONNECT;
  private CloseReason reason;
  private boolean ended;

  Session(SessionLoop loop, Destination destination, Channel channel, long sequence) {
    this.loop = loop;
    this.destination = destination;
    this.sequence = sequence;
    this.source = channel.remoteAddress();
    this.client = new Relay(this, true);
    this.expiresAt = drawExpiry(destination.pool().config().timeouts());
  }

  /** Looks for a backend. */
  void start() {
    destination.listener().opened();
    destination.sessions().increment();
    lookBy(expiresAt);
    connector = new Connector(this, destination.pool());
    connector.next();
  }

  SessionLoop loop() {
    return loop;
  }

  Relay client() {
    return client;
  }

  SocketAddress source() {
    return source;
  }

  long sequence() {
    return sequence;
  }

  String id() {
    return loop.id(sequence);
  }

  public CloseReason reason() {
    return reason;
  }

  /** What there is to say of the session now, or at its close when it is closed. */
  public SessionRecord record() {
    long now = System.nanoTime();
    return new SessionRecord(
        Instant.now(),
        id(),
        destination.listener().listener(),
        source,
        null,
        destination.route(),
        destination.pool().name(),
        backend == null ? null : backend.id(),
        connector == null ? attempts : connector.attempts(),
        connectNanos < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(connectNanos),
        TimeUnit.NANOSECONDS.toMillis(now - startedAt),
        bytesFromClient,
        bytesToClient,
        ended ? reason : null,
        phase);
  }

  // ---- what the connector tells

  /** The session is counted at {@code selected} from now on. */
  void selected(Backend selected) {
    backend = selected;
    counted = true;
  }

  /** The attempt at the backend failed; the session is no longer counted there. */
  void unselected() {
    if (counted) {
      counted = false;
      backend.released();
    }
  }

  void connected(Relay backendSide, long connectTook) {
    server = backendSide;
    attempts = connector.attempts();
    connector = null;
    phase = Phase.RELAY;
    connectNanos = System.nanoTime() - startedAt;
    loop.listener().connected(backend, connectTook);
    touch();
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
      refuse(CloseReason.NO_BACKEND, pool.config().replies().noBackend());
    } else {
      String reply = pool.config().replies().connectFailed();
      refuse(failure.reason(), reply == null ? null : reply.replace("{cause}", failure.cause()));
    }
  }

  // ---- what the two sides tell

  void read(Relay side, int bytes) {
    if (side.isClient()) {
      bytesFromClient += bytes;
      destination.listener().bytesFromClient(bytes);
    } else {
      bytesToClient += bytes;
      destination.listener().bytesToClient(bytes);
    }
  }

  /** Something moved. */
  void touch() {
    lastByteAt = System.nanoTime();
  }

  /** One side does not take what the other sends; watch it. */
  void paused() {
    lookBy(System.nanoTime() + PROGRESS_NANOS);
  }

  /** True when nothing that is still read matters any more. */
  boolean isDiscarding() {
    return discardUntil != NEVER;
  }

  /** The peer of {@code side} has sent its FIN. */
  void finished(Relay side) {
    if (isPassingReset()) {
      return;
    }
    if (isDiscarding()) {
      end();
      return;
    }
    touch();
    because(side.isClient() ? CloseReason.CLIENT_CLOSED : CloseReason.BACKEND_CLOSED);
    if (side.isClient() && bytesFromClient == 0) {
      end();
    } else if (server != null) {
      other(side).whenFlushed();
      lookBy(nextDeadline());
    }
  }

  /** All that was written to {@code side} is with the kernel, so a FIN can follow it. */
  void flushed(Relay side) {
    if (ended || isPassingReset()) {
      return;
    }
    if (server != null && client.isInputDone() && server.isInputDone()) {
      // Both have said all; closing says FIN where it was not said yet.
      if (client.pending() == 0 && server.pending() == 0) {
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
    because(side.isClient() ? CloseReason.CLIENT_RESET : CloseReason.BACKEND_RESET);
    side.close();
    if (server == null || isDiscarding()) {
      end();
    } else {
      discardUntil = System.nanoTime() + RESET_NANOS;
      passReset(other(side));
    }
  }

  void failed(Relay side, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("session {}: {}", id(), cause.toString());
      broken(side);
    } else {
      LOG.error("session {} failed", id(), cause);
      end(CloseReason.INTERNAL);
    }
  }

  // ---- time

  /** Its slot has come: acts on what is due and enters itself again. */
  void due(long now) {
    lookAt = NEVER;
    try {
      meetDeadline(now);
    } catch (RuntimeException e) {
      LOG.error("session {} failed", id(), e);
      end(CloseReason.INTERNAL);
    }
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

  // ---- the end

  /** Ends the session for {@code why}, unless something else ended it before. */
  void end(CloseReason why) {
    if (!ended) {
      reason = why;
      end();
    }
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    // What is counted goes first: closing runs code that is not ours.
    loop.deadlines().remove(this);
    unselected();
    destination.listener().closed();
    loop.ended();
    closeChannels();
    boolean left = reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.CLIENT_RESET;
    loop.listener().closed(this, left && bytesFromClient == 0 && bytesToClient == 0);
  }

  private void closeChannels() {
    if (connector != null) {
      attempts = connector.attempts();
      connector.cancel();
      connector = null;
    }
    client.close();
    if (server != null) {
      server.close();
    }
  }

  /** The first cause counts. */
  private void because(CloseReason why) {
    if (reason == null) {
      reason = why;
    }
  }

  private void refuse(CloseReason why, String reply) {
    reason = why;
    if (why == CloseReason.NO_BACKEND) {
      destination.listener().refused(why);
    }
    if (reply == null || client.isGone()) {
      end();
      return;
    }
    discardUntil = System.nanoTime() + LINGER_NANOS;
    client.say(ByteBufUtil.writeUtf8(client.channel().alloc(), reply));
    client.whenFlushed();
    lookBy(discardUntil);
  }

  private boolean isPassingReset() {
    return isDiscarding() && server != null;
  }

  private void passReset(Relay side) {
    if (ended) {
      return;
    }
    long now = System.nanoTime();
    if (now >= discardUntil || isDelivered(side, now)) {
      side.resetOnClose();
      end();
    } else {
      loop.eventLoop().schedule(() -> passReset(side), RESET_POLL_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private boolean isDelivered(Relay side, long now) {
    if (side.pending() > 0) {
      return false;
    }
    // Where the kernel can't be asked, what was written a second ago is taken to have arrived.
    return side.sendQueue().orElse(now - lastByteAt >= RESET_NANOS ? 0 : 1) == 0;
  }

  private void meetDeadline(long now) {
    if (now >= expiresAt) {
      end(CloseReason.MAX_DURATION);
    } else if (connector != null && now >= connector.deadline()) {
      connector.timedOut();
    } else if (isDiscarding()) {
      if (now >= discardUntil) {
        end();
      }
    } else if (server != null) {
      noticeProgress(now);
      if (now >= quietUntil()) {
        end(isHalfClosed() ? CloseReason.CLOSE_TIMEOUT : CloseReason.IDLE_TIMEOUT);
      }
    }
  }

  private void noticeProgress(long now) {
    long pending = client.pending() + server.pending();
    if (pending != lastPending) {
      lastPending = pending;
      lastByteAt = now;
    }
  }

  private long nextDeadline() {
    if (connector != null) {
      return Math.min(expiresAt, connector.deadline());
    }
    if (isDiscarding()) {
      return discardUntil;
    }
    long next = Math.min(expiresAt, quietUntil());
    boolean slow = server != null && client.pending() + server.pending() > 0;
    return slow ? Math.min(next, System.nanoTime() + PROGRESS_NANOS) : next;
  }

  private long quietUntil() {
    Timeouts timeouts = destination.pool().config().timeouts();
    long most = (isHalfClosed() ? timeouts.close() : timeouts.idle()).toNanos();
    return most == 0 ? NEVER : lastByteAt + most;
  }

  private boolean isHalfClosed() {
    return client.isInputDone() || (server != null && server.isInputDone());
  }

  private long drawExpiry(Timeouts timeouts) {
    long most = timeouts.maxDuration().toNanos();
    if (most == 0) {
      return NEVER;
    }
    long jitter = most / 100 * timeouts.jitterPercent();
    return startedAt + most - (jitter == 0 ? 0 : ThreadLocalRandom.current().nextLong(jitter + 1));
  }

  private Relay other(Relay side) {
    return side == client ? server : client;
  }
}
