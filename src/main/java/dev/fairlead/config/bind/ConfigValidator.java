package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.PoolConfig;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The rules that need more than one key. What is broken already is not judged again. */
final class ConfigValidator {
  private final Binding binding;
  private final boolean flat;

  /**
   * @param flat the article's form, where paths begin at the pool
   */
  ConfigValidator(Binding binding, boolean flat) {
    this.binding = binding;
    this.flat = flat;
  }

  void validate(FairleadConfig config) {
    adminNeedsToken(config.node().admin());
    discoveryIsGiven(config.cluster());
    new AddressRules(binding, config).ofProcess();
    validateDynamic(config);
  }

  /** The rules of the dynamic part, {@code node} and {@code cluster} taken as they are. */
  void validateDynamic(FairleadConfig config) {
    uniqueListeners(config.listeners());
    new AddressRules(binding, config).ofListeners(config.listeners(), flat);
    uniquePools(config.pools());
    knownPools(config);
  }

  private void adminNeedsToken(NodeConfig.Admin admin) {
    boolean judged =
        !binding.isBroken("node.admin.host") && !binding.isBroken("node.admin.tokenFile");
    if (judged && admin.tokenFile() == null && !isLoopback(admin.host())) {
      String message = admin.host() + " (expected: a loopback address, or a tokenFile beside it)";
      report("node.admin.host", message);
    }
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || AddressTypes.parseIp(host).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  private void discoveryIsGiven(ClusterConfig cluster) {
    String path = "cluster.discovery";
    if (cluster.enabled() && cluster.discovery() == null && !binding.isBroken(path)) {
      String because = ", because cluster.enabled is true";
      report(path, "null (expected: " + ClusterBinder.EXPECTED + because + ")");
    }
  }

  private void uniqueListeners(List<ListenerConfig> listeners) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < listeners.size(); i++) {
      String name = listeners.get(i).name();
      unique(names, name, new Shown("listeners[" + i + "].name", name));
    }
  }

  private void uniquePools(List<PoolConfig> pools) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < pools.size(); i++) {
      String path = "pools[" + i + "]";
      unique(names, pools.get(i).name(), new Shown(path + ".name", pools.get(i).name()));
      uniqueBackends(pools.get(i).backends(), flat ? "" : path + ".");
    }
  }

  private void uniqueBackends(List<BackendConfig> backends, String prefix) {
    Map<String, String> ids = new HashMap<>();
    for (int i = 0; i < backends.size(); i++) {
      BackendConfig backend = backends.get(i);
      String path = prefix + "backends[" + i + "]";
      boolean whole = backend.unixPath() != null || (backend.host() != null && backend.port() != 0);
      if (whole) {
        unique(ids, key(backend), new Shown(path, backend.id()));
      }
    }
  }

  private record Shown(String path, String value) {}

  private void unique(Map<String, String> seen, String key, Shown shown) {
    String first = key == null ? null : seen.putIfAbsent(key, shown.path());
    if (first != null) {
      String expected = " (expected: once only, " + first + " has it already)";
      report(shown.path(), shown.value() + expected);
    }
  }

  private static String key(BackendConfig backend) {
    return backend.unixPath() != null
        ? backend.id()
        : AddressRules.hostKey(backend.host()) + " " + backend.port();
  }

  private void knownPools(FairleadConfig config) {
    List<String> names =
        config.pools().stream().map(PoolConfig::name).filter(Objects::nonNull).toList();
    if (binding.isBroken("pools") || names.size() < config.pools().size()) {
      return;
    }
    for (int i = 0; i < config.listeners().size(); i++) {
      String pool = config.listeners().get(i).pool();
      if (pool != null && !names.contains(pool)) {
        String hint =
            Nearest.to(pool, names)
                .map(near -> "did you mean \"" + near + "\"?")
                .orElseGet(() -> names.isEmpty() ? "there is none" : String.join(", ", names));
        report("listeners[" + i + "].pool", pool + " (expected: a pool's name: " + hint + ")");
      }
    }
  }

  private void report(String path, String message) {
    binding.problems().add(binding.placeOf(path), path, message);
  }
}
