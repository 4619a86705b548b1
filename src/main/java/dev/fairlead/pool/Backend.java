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
  private final BackendAddresses addresses;

  private Backend(
      String pool, BackendConfig config, BackendCounts counts, BackendAddresses addresses) {
    this.pool = pool;
    this.id = config.id();
    this.config = config;
    this.counts = counts;
    this.addresses = addresses;
  }

  /**
   * A backend of {@code pool}.
   *
   * @param before what the last configuration had under this pool and id, null = nothing
   */
  static Backend of(String pool, BackendConfig config, Backend before) {
    if (before == null) {
      return new Backend(pool, config, new BackendCounts(), new BackendAddresses(config));
    }
    return new Backend(pool, config, before.counts, before.addresses);
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

  /** Whether it takes new sessions: enabled, with a weight above 0. */
  public boolean eligible() {
    return config.state() == BackendConfig.State.ENABLED && config.weight() > 0;
  }

  /** A session has chosen this backend; exactly one {@link #released} must follow. */
  public void selected() {
    counts.selected();
  }

  /**
   * A session that chose this backend has left it.
   *
   * @throws IllegalStateException if no session had; the count stays 0
   */
  public void released() {
    counts.released();
  }

  /** A session could not connect to this backend. */
  public void failed() {
    counts.failed();
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

  /** Attempts to connect that failed on this member. */
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
