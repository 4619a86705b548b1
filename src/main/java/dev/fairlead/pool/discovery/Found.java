package dev.fairlead.pool.discovery;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.pool.discovery.ServiceLookup.Addresses;
import dev.fairlead.pool.discovery.ServiceLookup.Service;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one query of a pool. Immutable.
 *
 * @param backends in the order of their ids, whatever that of the answer
 * @param addresses by host name of a backend, as far as they are resolved
 * @param asked the addresses that became backends; null with SRV records
 */
record Found(
    List<BackendConfig> backends, Map<String, Addresses> addresses, @Nullable Addresses asked) {

  /** Before the first answer. */
  static final Found NOTHING = new Found(List.of(), Map.of(), null);

  private static final Comparator<Service> FIRST_OF_ONE_TARGET =
      Comparator.comparingInt(Service::priority)
          .thenComparing(Comparator.comparingInt(Service::weight).reversed());

  /** Each address is a backend. */
  static Found of(Addresses answer, int port) {
    List<BackendConfig> backends =
        answer.all().stream()
            .map(NetUtil::toAddressString)
            .distinct()
            .map(host -> backend(host, port, BackendConfig.DEFAULT_WEIGHT, BackendConfig.PRIMARY))
            .toList();
    return new Found(sorted(backends), Map.of(), answer);
  }

  /**
   * Each record is a backend. The lowest priority is tier 0, the next one tier 1 and so on; weight
   * 0 counts as 1; where one is above {@value BackendConfig#MAX_WEIGHT} all are scaled: 10, 20000
   * -> 1, 1000.
   */
  static Found of(List<Service> services, Map<String, Addresses> addresses) {
    List<Integer> priorities =
        List.copyOf(new TreeSet<>(services.stream().map(Service::priority).toList()));
    int heaviest = services.stream().mapToInt(Service::weight).max().orElse(0);
    Map<String, BackendConfig> byId = new LinkedHashMap<>();
    services.stream()
        .sorted(FIRST_OF_ONE_TARGET)
        .map(
            each ->
                backend(
                    each.target(),
                    each.port(),
                    weight(each.weight(), heaviest),
                    priorities.indexOf(each.priority())))
        .forEach(each -> byId.putIfAbsent(each.id(), each));
    return new Found(sorted(List.copyOf(byId.values())), Map.copyOf(addresses), null);
  }

  private static int weight(int given, int heaviest) {
    long scaled =
        heaviest > BackendConfig.MAX_WEIGHT
            ? Math.round((double) given * BackendConfig.MAX_WEIGHT / heaviest)
            : given;
    return (int) Math.max(1, scaled);
  }

  private static BackendConfig backend(String host, int port, int weight, int tier) {
    return new BackendConfig(host, port, null, weight, State.ENABLED, tier, 0);
  }

  private static List<BackendConfig> sorted(List<BackendConfig> backends) {
    return backends.stream().sorted(Comparator.comparing(BackendConfig::id)).toList();
  }

  /** The addresses of a backend's host name; null if it is not resolved. */
  @Nullable List<InetAddress> addressesOf(String hostName) {
    Addresses found = addresses.get(hostName);
    return found == null ? null : found.all();
  }
}
