package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.IpAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.PoolConfig;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules that need more than one key. Broken values are skipped.
 *
 * @param flat whether the document is in the flat form, where paths begin at the pool
 */
record ConfigValidator(Binding binding, boolean flat) {
  /** Reports every broken rule; without {@code process} only those of listeners and pools. */
  void validate(FairleadConfig config, boolean process) {
    AddressRules addresses = new AddressRules(binding, config);
    if (process) {
      adminNeedsToken(config.node().admin());
      readTokenNeedsToken(config.node().admin());
      discoveryIsGiven(config.cluster());
      addresses.checkProcess();
    }
    uniqueListeners(config.listeners());
    addresses.checkListeners(config.listeners(), flat);
    uniquePools(config.pools());
    RouteRules.check(binding, config);
  }

  private void adminNeedsToken(NodeConfig.Admin admin) {
    boolean judged =
        !binding.isBroken("node.admin.host") && !binding.isBroken("node.admin.tokenFile");
    if (judged && admin.tokenFile() == null && !isLoopback(admin.host())) {
      String path = "node.admin.host";
      String expected = " (expected: a loopback address, or a tokenFile beside it)";
      binding.report(path, binding.shown(admin.host(), path) + expected);
    }
  }

  /** Without a full token whoever has none could change everything. */
  private void readTokenNeedsToken(NodeConfig.Admin admin) {
    String path = "node.admin.readTokenFile";
    boolean judged = !binding.isBroken(path) && !binding.isBroken("node.admin.tokenFile");
    if (judged && admin.readTokenFile() != null && admin.tokenFile() == null) {
      String expected = " (expected: null, or a tokenFile beside it)";
      binding.report(path, binding.shown(admin.readTokenFile(), path) + expected);
    }
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || IpAddress.parse(host).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  private void discoveryIsGiven(ClusterConfig cluster) {
    String path = "cluster.discovery";
    if (cluster.enabled() && cluster.discovery() == null && !binding.isBroken(path)) {
      String because = ", because cluster.enabled is true";
      binding.report(path, "null (expected: " + ClusterBinder.EXPECTED + because + ")");
    }
  }

  private void uniqueListeners(List<ListenerConfig> listeners) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < listeners.size(); i++) {
      String name = listeners.get(i).name();
      binding.once(names, name, "listeners[" + i + "].name", name);
    }
  }

  private void uniquePools(List<PoolConfig> pools) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < pools.size(); i++) {
      String path = "pools[" + i + "]";
      binding.once(names, pools.get(i).name(), path + ".name", pools.get(i).name());
      uniqueBackends(pools.get(i).backends(), flat ? "" : path + ".");
    }
  }

  private void uniqueBackends(List<BackendConfig> backends, String prefix) {
    Map<String, String> ids = new HashMap<>();
    for (int i = 0; i < backends.size(); i++) {
      BackendConfig backend = backends.get(i);
      binding.once(ids, key(backend), prefix + "backends[" + i + "]", backend.id());
    }
  }

  /** The same for each way to write one address; empty when a part of it was reported. */
  private static String key(BackendConfig backend) {
    if (backend.unixPath() != null || backend.isReject()) {
      return backend.id();
    }
    return backend.host() == null || backend.port() == 0
        ? ""
        : AddressRules.hostKey(backend.host()) + " " + backend.port();
  }
}
