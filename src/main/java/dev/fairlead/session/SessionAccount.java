package dev.fairlead.session;

import dev.fairlead.admission.SourceCount;
import dev.fairlead.pool.Backend;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one session is counted with, and what there is to say of it. Counted at its listener and its
 * source from the start to {@link #close}, at its pool from the first backend that was selected,
 * and at a backend while that is selected. On the session's event loop; after the close, {@link
 * #record} is for any thread.
 */
final class SessionAccount {
  private final SessionLoop loop;
  private final Destination destination;
  private final SocketAddress source;
  private final long sequence;

  /** Counts the session. */
  private SourceCount ofSource;

  /** True while the session has one of its listener's connections: not while it waits for it. */
  private boolean admitted;

  /** True while the session is counted at its pool. */
  private boolean atPool;

  /** The last one selected. */
  private Backend backend;

  /** True while the session is counted at {@link #backend}. */
  private boolean counted;

  private int attempts;
  private long connectNanos = -1;
  private long bytesFromClient;
  private long bytesToClient;
  private Phase phase = Phase.CONNECT;

  SessionAccount(SessionLoop loop, Destination destination, SocketAddress source, long sequence) {
    this.loop = loop;
    this.destination = destination;
    this.source = source;
    this.sequence = sequence;
    destination.listener().opened();
    destination.sessions().increment();
  }

  String id() {
    return loop.id(sequence);
  }

  long sequence() {
    return sequence;
  }

  SocketAddress source() {
    return source;
  }

  /** The last one selected, null = none was. */
  Backend backend() {
    return backend;
  }

  /**
   * What the session came in with.
   *
   * @param source counts it already
   * @param place it has one of its listener's connections
   */
  void cameWith(SourceCount source, boolean place) {
    ofSource = source;
    admitted = place;
  }

  /** It has one of its listener's connections now. */
  void admitted() {
    admitted = true;
  }

  boolean isAdmitted() {
    return admitted;
  }

  PoolLimiter poolLimiter() {
    return destination.poolLimiter();
  }

  /**
   * Chooses a backend that has room.
   *
   * @return false = there is none now
   */
  boolean trySelect(List<Backend> tried) {
    Backend selected = poolLimiter().trySelect(source, tried, atPool);
    if (selected != null) {
      selected(selected);
    }
    return selected != null;
  }

  /** The session is counted at {@code selected} and its pool, which is one more attempt. */
  void selected(Backend selected) {
    backend = selected;
    counted = true;
    atPool = true;
    attempts++;
    phase = Phase.CONNECT;
  }

  /** The session is no longer counted at its backend. Idempotent. */
  void unselected() {
    if (counted) {
      counted = false;
      poolLimiter().released(backend);
    }
  }

  void phase(Phase now) {
    phase = now;
  }

  int attempts() {
    return attempts;
  }

  /** A backend has answered {@code nanos} after the accept. */
  void connected(long nanos) {
    connectNanos = nanos;
    phase = Phase.RELAY;
  }

  void readFromClient(int bytes) {
    bytesFromClient += bytes;
    destination.listener().bytesFromClient(bytes);
  }

  void readFromBackend(int bytes) {
    if (bytesToClient == 0) {
      backend.worked();
    }
    bytesToClient += bytes;
    destination.listener().bytesToClient(bytes);
  }

  /**
   * A connected session ends: one that its backend reset before it had said anything is as good as
   * unreachable.
   *
   * @return whether the backend failed
   */
  boolean judgeBackend(CloseReason reason) {
    boolean failed = reason == CloseReason.BACKEND_RESET && bytesToClient == 0;
    if (failed) {
      backend.failed();
    } else if (reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.BACKEND_CLOSED) {
      // An end of our own making says nothing of the backend.
      backend.worked();
    }
    return failed;
  }

  /** Whether the session is counted at the backend of the same pool and id. */
  boolean isAt(Backend other) {
    return counted && backend.pool().equals(other.pool()) && backend.id().equals(other.id());
  }

  boolean isClientSilent() {
    return bytesFromClient == 0;
  }

  /**
   * True when a session that ended for {@code reason} was a client that only looked whether we are
   * there, or one that was turned away at once.
   */
  boolean isQuiet(CloseReason reason) {
    boolean refused = reason == CloseReason.LIMIT_CONNECTIONS || reason == CloseReason.QUEUE_FULL;
    boolean left = reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.CLIENT_RESET;
    return refused || (left && bytesFromClient == 0 && bytesToClient == 0);
  }

  /** The session is over, and counted nowhere. */
  void close() {
    unselected();
    if (atPool) {
      atPool = false;
      poolLimiter().left();
    }
    if (admitted) {
      admitted = false;
      destination.limiter().connections().giveBack();
    }
    ofSource.release();
    destination.listener().closed();
  }

  /**
   * What there is to say now.
   *
   * @param reason null = the session is alive
   */
  SessionRecord record(long ageNanos, CloseReason reason) {
    return new SessionRecord(
        Instant.now(),
        id(),
        destination.listener().listener(),
        source,
        null,
        destination.route(),
        destination.pool().name(),
        backend == null ? null : backend.id(),
        attempts,
        connectNanos < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(connectNanos),
        TimeUnit.NANOSECONDS.toMillis(ageNanos),
        bytesFromClient,
        bytesToClient,
        reason,
        phase);
  }
}
