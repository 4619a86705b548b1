package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.PoolLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.ListenerConfig.ListFile;
import dev.fairlead.config.ListenerConfig.Route;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random access lists and limits, and what is possible of them. */
final class LimitArbitraries {
  private LimitArbitraries() {}

  static Arbitrary<AccessConfig> access() {
    Arbitrary<List<Cidr>> networks = cidr().list().ofMaxSize(3);
    return Combinators.combine(networks, networks, files(), files())
        .as(
            (allow, deny, allowFiles, denyFiles) ->
                new AccessConfig(allow, deny, placed(allowFiles, allow), placed(denyFiles, deny)));
  }

  private static Arbitrary<List<ListFile>> files() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            Arbitraries.strings().alpha().ofLength(8).map(name -> Path.of("/etc/lists", name)))
        .as(ListFile::new)
        .list()
        .ofMaxSize(1);
  }

  /** At a place that a list of those networks has. */
  private static List<ListFile> placed(List<ListFile> files, List<Cidr> networks) {
    return files.stream()
        .map(each -> new ListFile(Math.min(each.index(), networks.size()), each.file()))
        .toList();
  }

  /** Any network, also one whose bytes are those of a mapped address. */
  static Arbitrary<Cidr> cidr() {
    Arbitrary<byte[]> v4 = Arbitraries.bytes().array(byte[].class).ofSize(4);
    Arbitrary<byte[]> v6 = Arbitraries.bytes().array(byte[].class).ofSize(16);
    Arbitrary<byte[]> mapped = v4.map(LimitArbitraries::mapped);
    return Arbitraries.oneOf(v4, v6, mapped)
        .flatMap(
            bytes ->
                Arbitraries.integers()
                    .between(0, bytes.length * Byte.SIZE)
                    .map(prefix -> Cidr.of(network(bytes, prefix))));
  }

  private static byte[] mapped(byte[] v4) {
    byte[] bytes = new byte[16];
    Arrays.fill(bytes, 10, 12, (byte) 0xff);
    System.arraycopy(v4, 0, bytes, 12, v4.length);
    return bytes;
  }

  /** As the full form of it is written. */
  private static String network(byte[] address, int prefix) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < address.length; i++) {
      int bits = Math.max(0, Math.min(Byte.SIZE, prefix - i * Byte.SIZE));
      int octet = address[i] & (0xff00 >> bits) & 0xff;
      boolean first = i == 0;
      if (address.length == 4) {
        text.append(first ? "" : ".").append(octet);
      } else {
        text.append(first || i % 2 == 1 ? "" : ":")
            .append(String.format(Locale.ROOT, "%02x", octet));
      }
    }
    return text + "/" + prefix;
  }

  static Arbitrary<Integer> count() {
    return Arbitraries.oneOf(Arbitraries.just(0), Arbitraries.integers().greaterOrEqual(0));
  }

  private static Arbitrary<QueueConfig> queue() {
    return Combinators.combine(count(), ConfigArbitraries.duration(1)).as(QueueConfig::new);
  }

  static Arbitrary<ListenerLimits> ofListener() {
    return Combinators.combine(
            count(),
            count(),
            count(),
            Arbitraries.of(LimitScope.class),
            queue(),
            Arbitraries.of(RefuseWith.class))
        .as(ListenerLimits::new);
  }

  static Arbitrary<PoolLimits> ofPool() {
    return Combinators.combine(count(), count(), Arbitraries.of(LimitScope.class), queue())
        .as(PoolLimits::new);
  }

  /** Clients of a Unix socket have no address, and none waits where nothing is limited. */
  static ListenerConfig possible(ListenerConfig listener) {
    ListenerLimits limits = listener.limits();
    boolean unix = listener.bind().isUnix();
    boolean unknown = unix && listener.proxyProtocol() == null;
    List<Route> routes =
        listener.routes().stream().filter(r -> !unknown || r.source().isEmpty()).toList();
    boolean needsPool = listener.pool() == null && routes.isEmpty();
    return new ListenerConfig(
        listener.name(),
        listener.bind(),
        listener.backlog(),
        needsPool ? listener.routes().get(0).pool() : listener.pool(),
        routes,
        unknown ? AccessConfig.EVERYONE : listener.access(),
        unix ? RouteArbitraries.ofUnix(listener.proxyProtocol()) : listener.proxyProtocol(),
        listener.tls(),
        new ListenerLimits(
            limits.connections(),
            unknown ? 0 : limits.connectionsPerSource(),
            limits.newConnectionsPerSecond(),
            limits.scope(),
            possible(limits.queue(), limits.connections() > 0),
            limits.refuseWith()),
        listener.state());
  }

  static PoolLimits possible(PoolLimits limits, List<BackendConfig> backends) {
    boolean limited =
        limits.connections() > 0
            || limits.connectionsPerBackend() > 0
            || backends.stream().anyMatch(backend -> backend.maxConnections() > 0);
    return new PoolLimits(
        limits.connections(),
        limits.connectionsPerBackend(),
        limits.scope(),
        possible(limits.queue(), limited));
  }

  private static QueueConfig possible(QueueConfig queue, boolean limited) {
    return limited ? queue : new QueueConfig(0, queue.timeout());
  }
}
