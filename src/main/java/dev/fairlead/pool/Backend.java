package dev.fairlead.pool;

import dev.fairlead.admission.Permits;
import dev.fairlead.config.BackendConfig;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One backend of a pool under one configuration. A reload makes a new object, which shares state
 * and addresses with the one before it. Every method may be called from any thread and returns at
 * once.
 */
public final class Backend {
  private final String pool;
  private final String id;
  private final BackendConfig config;
  private final BackendState state;
  private final BackendAddresses addresses;

  /**
   * Counts and status, which outlive a reload. Every event loop writes counts, only the context of
   * the backends' health the status, only the cluster's context the other members' sessions.
   */
  private static final class BackendState {
    /** One permit in use for each live session. */
    private final Permits sessions = new Permits();

    private final LongAdder total = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicInteger failuresInRow = new AtomicInteger();
    private volatile int othersActive;
    private volatile boolean healthy = true;
    private volatile boolean ejected;
    private volatile @Nullable Long backSince;
  }

  private Backend(
      String pool, BackendConfig config, BackendState state, BackendAddresses addresses) {
    this.pool = pool;
    this.id = config.id();
    this.config = config;
    this.state = state;
    this.addresses = addresses;
  }

  /** Shares the state of {@code before}, the backend of this pool and id until now, if any. */
  static Backend of(String pool, BackendConfig config, @Nullable Backend before) {
    return before == null
        ? new Backend(pool, config, new BackendState(), new BackendAddresses(config))
        : new Backend(pool, config, before.state, before.addresses);
  }

  /** {@code host:port}, {@code [v6]:port} or {@code unix:/path}; unique in its pool. */
  public String id() {
    return id;
  }

  public String pool() {
    return pool;
  }

  public BackendConfig config() {
    return config;
  }

  /** Whether it may be given new sessions: wanted, healthy and not ejected. */
  public boolean eligible() {
    return isWanted() && state.healthy && !state.ejected;
  }

  /** Whether the configuration gives it new sessions: enabled, with a weight above 0. */
  public boolean isWanted() {
    return config.state() == BackendConfig.State.ENABLED && config.weight() > 0;
  }

  /** False while health checks find it down; true when it is not probed. */
  public boolean isHealthy() {
    return state.healthy;
  }

  /** Sets the verdict of the health checks; has no effect until {@link Pool#refresh}. */
  public void healthy(boolean healthy) {
    state.healthy = healthy;
  }

  /** Whether this member has ejected it for its failures. */
  public boolean isEjected() {
    return state.ejected;
  }

  /** Ejects it or takes it back; has no effect until {@link Pool#refresh}. */
  public void ejected(boolean ejected) {
    state.ejected = ejected;
  }

  /** When it last began to take sessions, as {@link System#nanoTime}; null if it always has. */
  @Nullable Long backSince() {
    return state.backSince;
  }

  /** Starts its slow start: it takes sessions again, or is new in a pool that had others. */
  public void backSince(long nanos) {
    state.backSince = nanos;
  }

  /** Counts a session; if true, {@link #released} must follow once, else its permit is lost. */
  public boolean trySelect() {
    if (!state.sessions.tryTake()) {
      return false;
    }
    state.total.increment();
    return true;
  }

  /** The permits for this member's sessions; without a limit unless one is configured. */
  public Permits permits() {
    return state.sessions;
  }

  /** Whether a permit for one more session of this member is left. */
  public boolean hasRoom() {
    return !state.sessions.isFull();
  }

  /** Uncounts such a session; throws IllegalStateException if none is counted. */
  public void released() {
    state.sessions.giveBack();
  }

  /** Counts a failure to connect, or a reset before the first byte. */
  public void failed() {
    state.failures.increment();
    state.failuresInRow.incrementAndGet();
  }

  /** Ends a series of failures: a session got a byte, or ended without a failure. */
  public void worked() {
    // Writes only when there is a failure to forget: event loops share the field.
    if (state.failuresInRow.get() != 0) {
      state.failuresInRow.set(0);
    }
  }

  /** Failures since it last worked. */
  public int failuresInRow() {
    return state.failuresInRow.get();
  }

  public int active() {
    return state.sessions.inUse();
  }

  /** Live sessions of all members: of this one exactly, of the others by their latest rows. */
  public int clusterActive() {
    return active() + state.othersActive;
  }

  /** Sets the live sessions of all other members together, by their latest rows. */
  public void othersActive(int sessions) {
    state.othersActive = sessions;
  }

  /** All sessions of this member that ever selected this backend. */
  public long total() {
    return state.total.sum();
  }

  /** All failures of this member to connect, and resets before the first byte. */
  public long failures() {
    return state.failures.sum();
  }

  /** To try in turn, the one that last worked first; empty while the name is not resolved. */
  public List<SocketAddress> addresses() {
    return addresses.inOrder();
  }

  /** Puts {@code address}, to which a connection was made, first from now on. */
  public void worked(SocketAddress address) {
    addresses.worked(address);
  }

  /** The name to resolve; null for an IP address or a Unix socket. */
  public @Nullable String hostName() {
    return addresses.hostName();
  }

  /** {@link #hostName} of a backend configured so. */
  public static @Nullable String hostNameOf(BackendConfig config) {
    return BackendAddresses.hostNameOf(config);
  }

  /** Replaces the addresses by those that the host name resolves to now. */
  public void resolved(List<InetAddress> answer) {
    addresses.resolved(answer);
  }

  @Override
  public String toString() {
    return pool + "/" + id;
  }
}
