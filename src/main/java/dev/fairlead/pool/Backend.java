package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * One address of a pool as one configuration has it. The configuration of a backend never changes:
 * a reload makes a new object, which shares counts and addresses with the one before it. Every
 * method may be called from any thread and returns at once.
 */
public final class Backend {
  private final String pool;
  private final String id;
  private final BackendConfig config;
  private final BackendCounts counts;
  private final BackendStatus status;
  private final BackendAddresses addresses;

  private Backend(String pool, BackendConfig config) {
    this.pool = pool;
    this.id = config.id();
    this.config = config;
    this.counts = new BackendCounts();
    this.status = new BackendStatus();
    this.addresses = new BackendAddresses(config);
  }

  private Backend(BackendConfig config, Backend before) {
    this.pool = before.pool;
    this.id = before.id;
    this.config = config;
    this.counts = before.counts;
    this.status = before.status;
    this.addresses = before.addresses;
  }

  /**
   * A backend of {@code pool}.
   *
   * @param before what the last configuration had under this pool and id, null = nothing
   */
  static Backend of(String pool, BackendConfig config, Backend before) {
    return before == null ? new Backend(pool, config) : new Backend(config, before);
  }

  /** {@code host:port}, {@code [v6]:port} or {@code unix:/path}; unique in its pool. */
  public String id() {
    return id;
  }

  /** The name of its pool. */
  public String pool() {
    return pool;
  }

  public BackendConfig config() {
    return config;
  }

  /** Whether it takes new sessions: wanted, healthy and not ejected. */
  public boolean eligible() {
    return isWanted() && status.isHealthy() && !status.isEjected();
  }

  /** Whether the operator wants it to take new sessions: enabled, with a weight above 0. */
  public boolean isWanted() {
    return config.state() == BackendConfig.State.ENABLED && config.weight() > 0;
  }

  /** What the probes say of it; true when nobody probes it. */
  public boolean isHealthy() {
    return status.isHealthy();
  }

  /** What the probes say of it from now on; the pool must be refreshed to act on it. */
  public void healthy(boolean healthy) {
    status.healthy(healthy);
  }

  /** Whether this member leaves it alone for its failures. */
  public boolean isEjected() {
    return status.isEjected();
  }

  /** Leaves it alone or no more; the pool must be refreshed to act on it. */
  public void ejected(boolean ejected) {
    status.ejected(ejected);
  }

  /** When it last came back, as {@link System#nanoTime}; null = it always was there. */
  Long backSince() {
    return status.backSince();
  }

  /** It takes sessions again, or is new in a pool that had others: its share grows from now. */
  public void backSince(long nanos) {
    status.backSince(nanos);
  }

  /**
   * A session chooses this backend; exactly one {@link #released} must follow if it could.
   *
   * @return false = it has as many sessions as it may
   */
  public boolean trySelect() {
    return counts.trySelect();
  }

  /** It may have so many sessions of this member from now on; those above it stay. */
  public void allow(int sessions) {
    counts.allow(sessions);
  }

  /** Whether it may have one more session of this member. */
  public boolean hasRoom() {
    return counts.hasRoom();
  }

  /**
   * A session that chose this backend has left it.
   *
   * @throws IllegalStateException if no session had; the count stays 0
   */
  public void released() {
    counts.released();
  }

  /** A session could not connect to this backend, or was reset before its first byte. */
  public void failed() {
    counts.failed();
    status.failed();
  }

  /** A session got a byte of this backend, or ended without complaint. */
  public void worked() {
    status.worked();
  }

  /** How often it failed since it last worked. */
  public int failuresInRow() {
    return status.failuresInRow();
  }

  /** Live sessions of this member, never negative. */
  public int active() {
    return counts.active();
  }

  /** Live sessions of all members as far as this one knows: its own exactly, the others' lately. */
  public int clusterActive() {
    return counts.active() + counts.othersActive();
  }

  /** The other members have so many live sessions there together, by their latest rows. */
  public void othersActive(int sessions) {
    counts.othersActive(sessions);
  }

  /** Sessions that ever chose this backend on this member. */
  public long total() {
    return counts.total();
  }

  /** Attempts to connect that failed on this member, and resets before the first byte. */
  public long failures() {
    return counts.failures();
  }

  /**
   * What to connect to, to be tried in turn: resolved {@link java.net.InetSocketAddress}es or one
   * {@link io.netty.channel.unix.DomainSocketAddress}. The one that last worked comes first; empty
   * while the host name is not resolved.
   */
  public List<SocketAddress> addresses() {
    return addresses.inOrder();
  }

  /** A connection to {@code address} was made: it comes first from now on. */
  public void worked(SocketAddress address) {
    addresses.worked(address);
  }

  /** The name to be resolved, null for an IP address or a Unix socket. */
  public String hostName() {
    return addresses.hostName();
  }

  /** The name to be resolved of a backend that is configured so; null = there is none. */
  public static String hostNameOf(BackendConfig config) {
    return BackendAddresses.hostNameOf(config);
  }

  /** The host name stands for {@code answer} from now on. */
  public void resolved(List<InetAddress> answer) {
    addresses.resolved(answer);
  }

  @Override
  public String toString() {
    return pool + "/" + id;
  }
}
