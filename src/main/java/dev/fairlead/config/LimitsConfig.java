package dev.fairlead.config;

import java.time.Duration;

/** The records of {@code limits}: how many connections are accepted, and what the excess gets. */
public final class LimitsConfig {
  private LimitsConfig() {}

  /** Which connections count towards a limit. */
  public enum LimitScope implements Labelled {
    /** Those of all members together. */
    CLUSTER,
    /** Those of each member alone. */
    MEMBER
  }

  /** What a client sees when an access list or a limit refuses it. */
  public enum RefuseWith implements Labelled {
    /** The connection is closed. */
    FIN,
    /** The connection is reset; this kernel keeps nothing of it. */
    RST
  }

  /** Sessions waiting for a permit: at most {@code size}, 0 = none, for {@code timeout} above 0. */
  public record QueueConfig(int size, Duration timeout) {
    public static final QueueConfig NONE = new QueueConfig(0, Duration.ofSeconds(5));
  }

  /**
   * Limits of a listener; 0 = no limit.
   *
   * @param connections at one time
   * @param connectionsPerSource at one time from one IP address
   * @param queue of clients waiting for one of {@code connections}
   */
  public record ListenerLimits(
      int connections,
      int connectionsPerSource,
      int newConnectionsPerSecond,
      LimitScope scope,
      QueueConfig queue,
      RefuseWith refuseWith) {
    public static final ListenerLimits NONE =
        new ListenerLimits(0, 0, 0, LimitScope.CLUSTER, QueueConfig.NONE, RefuseWith.FIN);
  }

  /**
   * Limits of a pool's sessions at one time; 0 = no limit.
   *
   * @param connections all backends together
   * @param connectionsPerBackend each backend without a {@link BackendConfig#maxConnections}
   * @param queue of sessions waiting for a backend below its limit
   */
  public record PoolLimits(
      int connections, int connectionsPerBackend, LimitScope scope, QueueConfig queue) {
    public static final PoolLimits NONE =
        new PoolLimits(0, 0, LimitScope.CLUSTER, QueueConfig.NONE);
  }
}
