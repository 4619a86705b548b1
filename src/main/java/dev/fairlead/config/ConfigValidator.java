package dev.fairlead.config;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
    listeners(config);
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

  private void listeners(FairleadConfig config) {
    List<ListenerConfig> listeners = config.listeners();
    Map<String, String> names = new HashMap<>();
    Map<String, String> addresses = new HashMap<>();
    for (int i = 0; i < listeners.size(); i++) {
      ListenerConfig listener = listeners.get(i);
      unique(names, listener.name(), new Shown("listeners[" + i + "].name", listener.name()));
      BindAddress bind = listener.bind();
      String path = flat ? "port" : "listeners[" + i + "].bind";
      if (bind != null && (bind.isUnix() || bind.port() != 0)) {
        unique(addresses, key(bind), new Shown(path, bind.toString()));
        apart(config.listeners().subList(0, i), bind, path);
      }
      adminIsApart(config.node().admin(), bind, path);
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

  private static String key(BindAddress bind) {
    return bind.isUnix() ? bind.toString() : hostKey(bind.host()) + " " + bind.port();
  }

  private static String key(BackendConfig backend) {
    return backend.unixPath() != null
        ? backend.id()
        : hostKey(backend.host()) + " " + backend.port();
  }

  /** The same for two ways to write one host. */
  private static String hostKey(String host) {
    return AddressTypes.parseIp(host)
        .map(InetAddress::getHostAddress)
        .orElseGet(() -> host.toLowerCase(Locale.ROOT));
  }

  /** An address of all interfaces can't be bound beside one of them. */
  private void apart(List<ListenerConfig> before, BindAddress bind, String path) {
    for (ListenerConfig other : before) {
      if (other != null && other.bind() != null && isBeside(other.bind(), bind)) {
        report(path, bind + " (expected: a free address, " + other.bind() + " has it)");
        return;
      }
    }
  }

  /** True for two different addresses that overlap; equal ones are told as such. */
  private static boolean isBeside(BindAddress one, BindAddress other) {
    return !key(one).equals(key(other)) && one.overlaps(other);
  }

  /** The admin listener's address is its own. */
  private void adminIsApart(NodeConfig.Admin admin, BindAddress bind, String path) {
    if (bind == null || bind.isUnix() || bind.port() == 0 || bind.port() != admin.port()) {
      return;
    }
    boolean any = AddressTypes.parseIp(bind.host()).orElseThrow().isAnyLocalAddress();
    if (any || hostKey(bind.host()).equals(hostKey(admin.host()))) {
      String taken = BindAddress.ip(admin.host(), admin.port()).toString();
      report(path, bind + " (expected: not the address of node.admin, " + taken + ")");
    }
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
