package dev.fairlead.config;

import dev.fairlead.config.LimitsConfig.PoolLimits;
import org.jspecify.annotations.Nullable;

/**
 * One address of a pool.
 *
 * @param host an IP address or a host name, null for a Unix socket
 * @param port 0 for a Unix socket
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

  /** The administrative state that the operator sets. */
  public enum State implements Labelled {
    /** Takes new sessions. */
    ENABLED,
    /** No new sessions, still probed. */
    DRAINING,
    /** No new sessions, not probed. */
    DISABLED
  }

  /** The backend's name in its pool: {@code host:port}, {@code [v6]:port} or {@code unix:/path}. */
  public String id() {
    return unixPath != null || host == null ? "unix:" + unixPath : IpAddress.withPort(host, port);
  }
}
