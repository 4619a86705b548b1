package dev.fairlead.config.bind;

import dev.fairlead.config.AccessConfig;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.LimitScope;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerLimits;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolLimits;
import dev.fairlead.config.QueueConfig;
import dev.fairlead.config.RefuseWith;
import java.util.List;

/** Binds who may come in, and how many: {@code allow}, {@code deny} and {@code limits}. */
final class LimitsBinder {
  /** A limit; 0 = none. */
  static final ValueType<Integer> COUNT = ValueTypes.integer(0, Integer.MAX_VALUE);

  private static final String QUEUE_SIZE = "limits.queue.size";
  private static final String NO_ADDRESS = ", because clients of a Unix socket have no address)";

  private LimitsBinder() {}

  static AccessConfig access(Section listener) {
    return new AccessConfig(
        listener.values("allow", AddressTypes.cidr()),
        listener.values("deny", AddressTypes.cidr()));
  }

  static ListenerLimits ofListener(Section listener) {
    ListenerLimits byDefault = ListenerLimits.NONE;
    try (Section limits = listener.section("limits")) {
      return new ListenerLimits(
          limits.get("connections", COUNT, byDefault.connections()),
          limits.get("connectionsPerSource", COUNT, byDefault.connectionsPerSource()),
          limits.get("newConnectionsPerSecond", COUNT, byDefault.newConnectionsPerSecond()),
          scope(limits),
          queue(limits),
          limits.get("refuseWith", refuseWith(), byDefault.refuseWith()));
    }
  }

  static PoolLimits ofPool(Section pool) {
    PoolLimits byDefault = PoolLimits.NONE;
    try (Section limits = pool.section("limits")) {
      return new PoolLimits(
          limits.get("connections", COUNT, byDefault.connections()),
          limits.get("connectionsPerBackend", COUNT, byDefault.connectionsPerBackend()),
          scope(limits),
          queue(limits));
    }
  }

  private static LimitScope scope(Section limits) {
    ValueType<LimitScope> scope = ValueTypes.constant(LimitScope.values(), LimitScope::label);
    return limits.get("scope", scope, LimitScope.CLUSTER);
  }

  private static ValueType<RefuseWith> refuseWith() {
    return ValueTypes.constant(RefuseWith.values(), RefuseWith::label);
  }

  private static QueueConfig queue(Section limits) {
    try (Section queue = limits.section("queue")) {
      return new QueueConfig(
          queue.get("size", COUNT, QueueConfig.NONE.size()),
          queue.get("timeout", ValueTypes.positiveDuration(), QueueConfig.NONE.timeout()));
    }
  }

  /** Reports what can't work together in one listener. */
  static void judge(Section listener, ListenerConfig config) {
    ListenerLimits limits = config.limits();
    if (config.bind() != null && config.bind().isUnix()) {
      refuseNetworks(listener, "allow", config.access().allow());
      refuseNetworks(listener, "deny", config.access().deny());
      if (limits.connectionsPerSource() > 0) {
        listener.refuse(
            "limits.connectionsPerSource",
            limits.connectionsPerSource() + " (expected: 0" + NO_ADDRESS);
      }
    }
    if (limits.queue().size() > 0
        && limits.connections() == 0
        && !listener.isBroken("limits.connections")) {
      listener.refuse(
          QUEUE_SIZE,
          limits.queue().size() + " (expected: 0, because limits.connections is 0: nobody waits)");
    }
  }

  private static void refuseNetworks(Section listener, String key, List<Cidr> networks) {
    if (!networks.isEmpty()) {
      listener.refuse(key, "[...] (expected: []" + NO_ADDRESS);
    }
  }

  /** Reports what can't work together in one pool. */
  static void judge(Section pool, PoolConfig config) {
    int size = config.limits().queue().size();
    if (size > 0 && !mayLimit(pool, config)) {
      pool.refuse(
          QUEUE_SIZE,
          size
              + " (expected: 0, because limits.connections, limits.connectionsPerBackend and each"
              + " maxConnections are 0: nobody waits)");
    }
  }

  /** Also where a limit is written and can't be read: that was reported. */
  private static boolean mayLimit(Section pool, PoolConfig config) {
    if (config.limits().connections() > 0
        || config.limits().connectionsPerBackend() > 0
        || pool.isBroken("limits.connections")
        || pool.isBroken("limits.connectionsPerBackend")
        || pool.isBroken("backends")) {
      return true;
    }
    for (int i = 0; i < config.backends().size(); i++) {
      String backend = "backends[" + i + "]";
      if (config.backends().get(i).maxConnections() > 0
          || pool.isBroken(backend)
          || pool.isBroken(backend + ".maxConnections")) {
        return true;
      }
    }
    return false;
  }
}
