package dev.fairlead.config;

/**
 * How many connections a listener takes; 0 = no limit.
 *
 * @param connections at one time
 * @param connectionsPerSource at one time from one IP address
 * @param scope whose connections are counted
 * @param queue those who wait until one of {@code connections} ends
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
