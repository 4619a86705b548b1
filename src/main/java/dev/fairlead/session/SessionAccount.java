package dev.fairlead.session;

import dev.fairlead.admission.SourceCount;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Trial;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where one session is counted, and its figures. It is counted at its listener and its source from
 * the start to {@link #close}, at its pool from the first backend that was selected, and at a
 * backend while that is selected; without {@link #close} a limit is one lower for good. On the
 * session's event loop; after the close, {@link #record} is for any thread.
 */
final class SessionAccount {
  private final Destination destination;
  private final @Nullable SocketAddress source;
  private final SourceCount ofSource;
  private final long sequence;

  /** True while the session has one of its listener's connections: not while it waits for it. */
  private boolean admitted;

  private boolean atPool;

  /** The last one selected. */
  private @Nullable Backend backend;

  /** At {@link #backend}. */
  private boolean counted;

  /** Not null = the session decides whether {@link #backend} is ejected any longer. */
  private @Nullable Trial trial;

  private int attempts;
  private long connectNanos = -1;
  private long bytesFromClient;
  private long bytesToClient;
  private Phase phase = Phase.CONNECT;
  private boolean closed;

  /**
   * @param source the client's address
   * @param ofSource counts the session already
   * @param admitted the session has one of its listener's connections
   * @param sequence the session's number on its loop
   */
  SessionAccount(
      Destination destination,
      @Nullable SocketAddress source,
      SourceCount ofSource,
      boolean admitted,
      long sequence) {
    this.destination = destination;
    this.source = source;
    this.ofSource = ofSource;
    this.admitted = admitted;
    this.sequence = sequence;
    destination.listener().opened();
    destination.sessions().increment();
  }

  long sequence() {
    return sequence;
  }

  Destination destination() {
    return destination;
  }

  @Nullable SocketAddress source() {
    return source;
  }

  /** The backend selected last; there must be one. */
  Backend selected() {
    return Objects.requireNonNull(backend);
  }

  void admitted() {
    admitted = true;
  }

  boolean isAdmitted() {
    return admitted;
  }

  /** Selects a backend that has room; false = there is none now. */
  boolean trySelect(List<Backend> tried) {
    Backend chosen = destination.poolLimiter().trySelect(source, tried, atPool);
    if (chosen != null) {
      selected(chosen);
    }
    return chosen != null;
  }

  /** The session is counted at {@code chosen} and its pool, which is one more attempt. */
  void selected(Backend chosen) {
    backend = chosen;
    trial = chosen.takeTrial();
    counted = true;
    atPool = true;
    attempts++;
    phase = Phase.CONNECT;
  }

  /** The session is no longer counted at its backend. Idempotent. */
  void unselected() {
    if (counted) {
      counted = false;
      if (trial != null) {
        trial.ended();
        trial = null;
      }
      destination.poolLimiter().released(selected());
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
      backendWorked();
    }
    bytesToClient += bytes;
    destination.listener().bytesToClient(bytes);
  }

  /** The client gets a reply of our own: no backend has sent these bytes. */
  void replied(int bytes) {
    bytesToClient += bytes;
    destination.listener().bytesToClient(bytes);
  }

  /**
   * A connected session ends. A backend that reset it before its first byte counts as unreachable.
   *
   * @return whether the backend failed
   */
  boolean judgeBackend(CloseReason reason) {
    boolean failed = reason == CloseReason.BACKEND_RESET && bytesToClient == 0;
    if (failed) {
      backendFailed();
    } else if (reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.BACKEND_CLOSED) {
      // An end of our own making is no evidence for the backend.
      backendWorked();
    }
    return failed;
  }

  private void backendWorked() {
    selected().worked();
    if (trial != null) {
      trial.passed();
    }
  }

  /** The backend refused the session, or reset it before the first byte. */
  void backendFailed() {
    selected().failed();
    if (trial != null) {
      trial.failed();
    }
  }

  /** Whether the session is counted at the backend of the same pool and id. */
  boolean isAt(Backend other) {
    return counted && selected().pool().equals(other.pool()) && selected().id().equals(other.id());
  }

  boolean isClientSilent() {
    return bytesFromClient == 0;
  }

  /**
   * True when a session that ended for {@code reason} was a client that only probed whether we
   * accept, or one that was refused at once.
   */
  boolean isQuiet(CloseReason reason) {
    boolean refused = reason == CloseReason.LIMIT_CONNECTIONS || reason == CloseReason.QUEUE_FULL;
    boolean left = reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.CLIENT_RESET;
    return refused || (left && bytesFromClient == 0 && bytesToClient == 0);
  }

  /** The session is counted nowhere any more, whatever fails on the way. Idempotent. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      leavePool();
    } finally {
      leaveListener();
    }
  }

  private void leavePool() {
    try {
      unselected();
    } finally {
      if (atPool) {
        atPool = false;
        destination.poolLimiter().left();
      }
    }
  }

  private void leaveListener() {
    destination.listener().closed();
    try {
      ofSource.release();
    } finally {
      if (admitted) {
        admitted = false;
        destination.limiter().connections().giveBack();
      }
    }
  }

  /**
   * @param reason null = the session is alive
   */
  SessionRecord record(String id, long ageNanos, @Nullable CloseReason reason) {
    return new SessionRecord(
        Instant.now(),
        id,
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
