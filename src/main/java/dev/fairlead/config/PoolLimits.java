package dev.fairlead.config;

/**
 * How many sessions a pool's backends take at one time; 0 = no limit.
 *
 * @param connections all backends together
 * @param connectionsPerBackend each backend that has no {@link BackendConfig#maxConnections}
 * @param scope whose connections are counted
 * @param queue those who wait for a place
 */
public record PoolLimits(
    int connections, int connectionsPerBackend, LimitScope scope, QueueConfig queue) {
  public static final PoolLimits NONE = new PoolLimits(0, 0, LimitScope.CLUSTER, QueueConfig.NONE);
}
