package dev.fairlead.config.bind;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.ListenerConfig.ListFile;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Binds {@code allow}, {@code deny} and {@code limits}. */
final class LimitsBinder {
  /** A limit; 0 = none. */
  static final ValueType<Integer> COUNT = ValueType.integer(0, Integer.MAX_VALUE);

  private static final ValueType<LimitScope> SCOPE = ValueType.constant(LimitScope.values());
  private static final ValueType<RefuseWith> REFUSE_WITH = ValueType.constant(RefuseWith.values());
  private static final String QUEUE_SIZE = "limits.queue.size";
  private static final String NO_ADDRESS = ", because clients of a Unix socket have no address";

  private LimitsBinder() {}

  /** {@code files} reads the path of a list. */
  static AccessConfig access(Section listener, ValueType<Path> files) {
    List<AccessEntry> allow = entries(listener, "allow", files);
    List<AccessEntry> deny = entries(listener, "deny", files);
    return new AccessConfig(networks(allow), networks(deny), files(allow), files(deny));
  }

  /** A network, or a file of networks. */
  private record AccessEntry(@Nullable Cidr network, @Nullable Path file) {}

  private static List<AccessEntry> entries(Section listener, String key, ValueType<Path> files) {
    ValueType<AccessEntry> network = AddressTypes.cidr().map(cidr -> new AccessEntry(cidr, null));
    return listener.valuesAndSections(
        key,
        network,
        entry ->
            new AccessEntry(
                null, entry.required("file", files, "the path of a file", Path.of(""))));
  }

  private static List<Cidr> networks(List<AccessEntry> entries) {
    return entries.stream().flatMap(each -> Stream.ofNullable(each.network)).toList();
  }

  private static List<ListFile> files(List<AccessEntry> entries) {
    List<ListFile> files = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Path file = entries.get(i).file;
      if (file != null) {
        files.add(new ListFile(i, file));
      }
    }
    return files;
  }

  static ListenerLimits ofListener(Section limits) {
    ListenerLimits byDefault = ListenerLimits.NONE;
    return new ListenerLimits(
        limits.get("connections", COUNT, byDefault.connections()),
        limits.get("connectionsPerSource", COUNT, byDefault.connectionsPerSource()),
        limits.get("newConnectionsPerSecond", COUNT, byDefault.newConnectionsPerSecond()),
        scope(limits),
        limits.section("queue", LimitsBinder::queue),
        limits.get("refuseWith", REFUSE_WITH, byDefault.refuseWith()));
  }

  static PoolLimits ofPool(Section limits) {
    PoolLimits byDefault = PoolLimits.NONE;
    return new PoolLimits(
        limits.get("connections", COUNT, byDefault.connections()),
        limits.get("connectionsPerBackend", COUNT, byDefault.connectionsPerBackend()),
        scope(limits),
        limits.section("queue", LimitsBinder::queue));
  }

  private static LimitScope scope(Section limits) {
    return limits.get("scope", SCOPE, LimitScope.CLUSTER);
  }

  private static QueueConfig queue(Section queue) {
    return new QueueConfig(
        queue.get("size", COUNT, QueueConfig.NONE.size()),
        queue.get("timeout", ValueType.positiveDuration(), QueueConfig.NONE.timeout()));
  }

  /** Reports combinations of keys that one listener can't have. */
  static void judge(Section listener, ListenerConfig config) {
    ListenerLimits limits = config.limits();
    if (config.bind().isUnix()) {
      judgeUnix(listener, config);
    }
    if (limits.queue().size() > 0
        && limits.connections() == 0
        && !listener.isBroken("limits.connections")) {
      listener.refuse(
          QUEUE_SIZE, limits.queue().size(), "0, because limits.connections is 0: nobody waits");
    }
  }

  /** Only a PROXY header tells an address of a client. */
  private static void judgeUnix(Section listener, ListenerConfig config) {
    AcceptProxy proxy = config.proxyProtocol();
    if (proxy != null) {
      refuseNetworks(listener, "proxyProtocol.trusted", !proxy.trusted().isEmpty());
    } else if (!listener.isBroken("proxyProtocol") && !listener.isBroken("proxyProtocol.mode")) {
      refuseNetworks(listener, "allow", config.access().isAllowed());
      refuseNetworks(listener, "deny", config.access().isDenied());
      for (int i = 0; i < config.routes().size(); i++) {
        refuseNetworks(
            listener, "routes[" + i + "].source", !config.routes().get(i).source().isEmpty());
      }
      int perSource = config.limits().connectionsPerSource();
      if (perSource > 0) {
        listener.refuse("limits.connectionsPerSource", perSource, "0" + NO_ADDRESS);
      }
    }
  }

  private static void refuseNetworks(Section listener, String key, boolean areWritten) {
    if (areWritten) {
      listener.refuse(key, "[...]", "[]" + NO_ADDRESS);
    }
  }

  /** Reports combinations of keys that one pool can't have. */
  static void judge(Section pool, PoolConfig config) {
    int size = config.limits().queue().size();
    if (size > 0 && !mayLimit(pool, config)) {
      pool.refuse(
          QUEUE_SIZE,
          size,
          "0, because limits.connections, limits.connectionsPerBackend and each maxConnections are"
              + " 0: nobody waits");
    }
  }

  /** Whether a limit is set, or was meant to be: one that is not valid was reported. */
  private static boolean mayLimit(Section pool, PoolConfig config) {
    return config.limits().connections() > 0
        || config.limits().connectionsPerBackend() > 0
        || config.backends().stream().anyMatch(backend -> backend.maxConnections() > 0)
        || Stream.of("limits.connections", "limits.connectionsPerBackend", "backends")
            .anyMatch(pool::isBroken)
        || IntStream.range(0, config.backends().size())
            .mapToObj(i -> "backends[" + i + "]")
            .anyMatch(path -> pool.isBroken(path) || pool.isBroken(path + ".maxConnections"));
  }
}
