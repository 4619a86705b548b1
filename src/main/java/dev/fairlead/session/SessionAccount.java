package dev.fairlead.session;

import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.admission.SourceCount;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Trial;
import dev.fairlead.session.route.Destination;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where one session is counted, and its figures. It is counted at its listener and its source from
 * {@link #open} and {@link #admit} to {@link #close}, at its pool from the first backend that was
 * selected, and at a backend while that is selected; without {@link #close} a limit is one lower
 * for good. On the session's event loop; after the close, {@link #record} is for any thread.
 */
final class SessionAccount extends RelayedBytes {
  private final ListenerRules rules;

  private final ClientIdentity client;

  /** Not null = the client has passed the access list and has its tokens. */
  private @Nullable SourceCount ofSource;

  private String idPrefix = "";
  private long sequence;

  /** True while the session has one of its listener's connections: not while it waits for it. */
  private boolean admitted;

  private @Nullable Destination destination;
  private boolean atPool;

  /** The last one selected. */
  private @Nullable Backend backend;

  /** At {@link #backend}. */
  private boolean counted;

  /** Not null = the session decides whether {@link #backend} is ejected any longer. */
  private @Nullable Trial trial;

  private int attempts;
  private long connectNanos = -1;
  private boolean relays;
  private Phase phase = Phase.ACCEPT;
  private boolean opened;
  private boolean closed;

  /** Counts nothing yet. */
  SessionAccount(ListenerRules rules, @Nullable SocketAddress peer) {
    this.rules = rules;
    this.client = new ClientIdentity(peer);
  }

  /**
   * Takes source, rate and connection for the client, all or none; the connection may be waited
   * for, unless {@link #isAdmitted}. {@link #close} gives them back.
   *
   * @return why the client is refused, null = it is not
   */
  @Nullable CloseReason admit() {
    ListenerLimiter limiter = rules.limiter();
    InetAddress address = client.address();
    if (address != null && !rules.access().admits(address)) {
      return CloseReason.DENIED;
    }
    SourceCount taken = limiter.sources().tryTake(address);
    if (taken == null) {
      return CloseReason.LIMIT_SOURCE;
    }
    if (!limiter.rate().tryTake()) {
      taken.release();
      return CloseReason.LIMIT_RATE;
    }
    admitted = limiter.connections().tryTake();
    if (!admitted && !limiter.mayWait()) {
      limiter.rate().putBack();
      taken.release();
      return Waiting.refusal(limiter);
    }
    ofSource = taken;
    return null;
  }

  /**
   * Counts the session at its listener.
   *
   * @param prefix of the ids of its loop
   * @param number the session's on its loop
   */
  void open(String prefix, long number) {
    idPrefix = prefix;
    sequence = number;
    opened = true;
    rules.counters().opened();
  }

  /** Unique over members and restarts. */
  String id() {
    return idPrefix + Long.toString(sequence, Character.MAX_RADIX);
  }

  long sequence() {
    return sequence;
  }

  ListenerRules rules() {
    return rules;
  }

  ClientIdentity client() {
    return client;
  }

  /** From now on all bytes of the client are for the backend, and those so far are, too. */
  void startRelay() {
    relays = true;
    rules.counters().bytesFromClient((int) bytesFromClient);
  }

  /** Adds what was relayed since the last call to the bytes of the backend. */
  void countBytes() {
    if (relays && backend != null) {
      countAt(backend);
    }
  }

  /** Whether its source is counted, and {@link #admit} is not to be called any more. */
  boolean isCounted() {
    return ofSource != null;
  }

  /** Where the session goes; there must be a route. */
  Destination destination() {
    return Objects.requireNonNull(destination);
  }

  void route(Destination found) {
    destination = found;
    found.sessions().increment();
  }

  /** The backend selected last; there must be one. */
  Backend selected() {
    return Objects.requireNonNull(backend);
  }

  /** The wait for one of the listener's connections is over. */
  void admitted() {
    admitted = true;
  }

  /** Whether the session has one of the listener's connections. */
  boolean isAdmitted() {
    return admitted;
  }

  /** Selects a backend that has room; false = there is none now. */
  boolean trySelect(List<Backend> tried) {
    Backend chosen = destination().poolLimiter().trySelect(client.source(), tried, atPool);
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
      destination().poolLimiter().released(selected());
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
  }

  void read(boolean fromClient, int bytes) {
    if (fromClient) {
      readFromClient(bytes);
    } else {
      readFromBackend(bytes);
    }
  }

  private void readFromClient(int bytes) {
    bytesFromClient += bytes;
    if (relays) {
      rules.counters().bytesFromClient(bytes);
    }
  }

  private void readFromBackend(int bytes) {
    if (bytesToClient == 0) {
      backendWorked();
    }
    bytesToClient += bytes;
    rules.counters().bytesToClient(bytes);
  }

  /** The client gets a reply of our own: no backend has sent these bytes. */
  void replied(int bytes) {
    bytesToClient += bytes;
    rules.counters().bytesToClient(bytes);
  }

  /**
   * A connected session ends. A backend that reset it before its first byte counts as unreachable.
   *
   * @return whether the backend failed
   */
  boolean judgeBackend(CloseReason reason) {
    boolean failed = reason == CloseReason.BACKEND_RESET && bytesToClient == 0;
    if (failed) {
      backendFailed(false);
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
  void backendFailed(boolean ofOnePort) {
    selected().failed(ofOnePort);
    if (trial != null) {
      trial.failed();
    }
  }

  /** Whether the session is counted at the backend of the same pool and id. */
  boolean isAt(Backend other) {
    return counted && selected().pool().equals(other.pool()) && selected().id().equals(other.id());
  }

  /**
   * True when a session that ended for {@code reason} was a client that only probed whether we
   * accept, or one that was refused at once.
   */
  boolean isQuiet(CloseReason reason) {
    boolean refused = reason.isAtOnce();
    boolean left = reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.CLIENT_RESET;
    return refused || (left && bytesFromClient == 0 && bytesToClient == 0);
  }

  /** The session is counted nowhere any more, whatever fails on the way. Idempotent. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    countBytes();
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
        destination().poolLimiter().left();
      }
    }
  }

  private void leaveListener() {
    if (opened) {
      rules.counters().closed();
    }
    try {
      if (ofSource != null) {
        ofSource.release();
      }
    } finally {
      if (admitted) {
        admitted = false;
        rules.limiter().connections().giveBack();
      }
    }
  }

  /**
   * @param reason null = the session is alive
   */
  SessionRecord record(long ageNanos, @Nullable CloseReason reason) {
    return new SessionRecord(
        Instant.now(),
        id(),
        rules.counters().listener(),
        client.source(),
        client.isNamed() ? client.peer() : null,
        rules.port(),
        client.tls(),
        client.serverName(),
        destination == null ? null : destination.route(),
        destination == null ? null : destination.pool().name(),
        backend == null ? null : backend.id(),
        attempts,
        connectNanos < 0 ? -1 : TimeUnit.NANOSECONDS.toMicros(connectNanos),
        TimeUnit.NANOSECONDS.toMillis(ageNanos),
        bytesFromClient,
        bytesToClient,
        reason,
        phase);
  }
}
