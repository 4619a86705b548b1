package dev.fairlead.config;

import dev.fairlead.config.LimitsConfig.PoolLimits;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One address of a pool, or its member that refuses sessions.
 *
 * @param host an IP address or a host name, null for a Unix socket, {@value #REJECT} for the one
 *     that refuses
 * @param port 0 for a Unix socket and the one that refuses; {@value #SAME_PORT} = the port of this
 *     member that the client has connected to
 * @param unixPath null for an IP address or a host name
 * @param weight {@value #MIN_WEIGHT} to {@value #MAX_WEIGHT}; 0 = no new sessions
 * @param tier {@value #PRIMARY} = used first; a higher one only when no backend of a lower one is
 *     eligible. {@code backup: true} is {@value #BACKUP}
 * @param maxConnections most sessions at one time; 0 = {@link PoolLimits#connectionsPerBackend}
 */
public record BackendConfig(
    @Nullable String host,
    int port,
    @Nullable String unixPath,
    int weight,
    State state,
    int tier,
    int maxConnections) {
  /** The id of the member of a pool that refuses its share of the sessions. */
  public static final String REJECT = "reject";

  /** How that port is written, in a configuration and in ids. */
  public static final String SAME = "same";

  public static final int SAME_PORT = -1;

  public static final int PRIMARY = 0;
  public static final int BACKUP = 1;
  public static final int MIN_WEIGHT = 0;
  public static final int MAX_WEIGHT = 1000;
  public static final int DEFAULT_WEIGHT = 1;

  /** A primary backend without a limit of its own. */
  public BackendConfig(
      @Nullable String host, int port, @Nullable String unixPath, int weight, State state) {
    this(host, port, unixPath, weight, state, PRIMARY, 0);
  }

  /** One that refuses its share of the sessions. */
  public static BackendConfig reject(int weight, State state) {
    return new BackendConfig(REJECT, 0, null, weight, state);
  }

  /** Whether it refuses its share of the sessions; else it is an address. */
  public boolean isReject() {
    return port == 0 && REJECT.equals(host);
  }

  /** Whether its port is the one that the client has connected to. */
  public boolean isSamePort() {
    return port == SAME_PORT;
  }

  /** The administrative state that the operator sets. */
  public enum State implements Labelled {
    /** Takes new sessions. */
    ENABLED,
    /** No new sessions, still probed. */
    DRAINING,
    /** No new sessions, not probed. */
    DISABLED
  }

  /**
   * The backend's name in its pool: {@code host:port}, {@code [v6]:port}, {@code host:same}, {@code
   * unix:/path} or {@value #REJECT}.
   */
  public String id() {
    if (isReject()) {
      return REJECT;
    }
    return unixPath != null || host == null ? "unix:" + unixPath : address(port);
  }

  /**
   * {@code host:port} for sessions of clients that have connected to {@code localPort}; not for a
   * Unix socket.
   */
  public String addressFor(int localPort) {
    return address(isSamePort() ? localPort : port);
  }

  private String address(int itsPort) {
    String shown = itsPort == SAME_PORT ? SAME : String.valueOf(itsPort);
    return IpAddress.withPort(Objects.requireNonNull(host), shown);
  }
}
