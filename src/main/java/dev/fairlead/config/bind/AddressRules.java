package dev.fairlead.config.bind;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.IpAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rule that one process binds each address once, as far as the configuration shows it. A host
 * name and an address chosen at start are only compared with wildcard addresses.
 */
final class AddressRules {
  private final Binding binding;
  private final List<ProcessAddress> ofProcess;

  /** An address of {@code node} or {@code cluster}; {@code host} null = chosen at start. */
  private record ProcessAddress(String path, String owner, @Nullable String host, int port) {
    String show() {
      return host == null ? String.valueOf(port) : BindAddress.ip(host, port).toString();
    }
  }

  AddressRules(Binding binding, FairleadConfig config) {
    this.binding = binding;
    this.ofProcess = ofProcess(config);
  }

  /** Without port 0 and broken paths. */
  private List<ProcessAddress> ofProcess(FairleadConfig config) {
    NodeConfig.Admin admin = config.node().admin();
    ClusterConfig cluster = config.cluster();
    List<ProcessAddress> all = new ArrayList<>();
    if (!binding.isBroken("node.admin.host")) {
      all.add(new ProcessAddress("node.admin.port", "node.admin", admin.host(), admin.port()));
    }
    if (cluster.enabled() && !binding.isBroken("cluster.host")) {
      String host = cluster.host();
      all.add(new ProcessAddress("cluster.port", "cluster.port", host, cluster.port()));
      all.add(new ProcessAddress("cluster.busPort", "cluster.busPort", host, cluster.busPort()));
    }
    all.removeIf(each -> each.port() == 0 || binding.isBroken(each.path()));
    return all;
  }

  /** Compares {@code node} and {@code cluster} with each other. */
  void checkProcess() {
    for (int i = 0; i < ofProcess.size(); i++) {
      ProcessAddress one = ofProcess.get(i);
      ofProcess.subList(0, i).stream()
          .filter(other -> one.port() == other.port() && overlap(one.host(), other.host()))
          .findFirst()
          .ifPresent(other -> report(one.path(), String.valueOf(one.port()), notOf(other)));
    }
  }

  /** Compares the listeners with each other and with {@code node} and {@code cluster}. */
  void checkListeners(List<ListenerConfig> listeners, boolean flat) {
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < listeners.size(); i++) {
      BindAddress bind = listeners.get(i).bind();
      String path = flat ? "port" : "listeners[" + i + "].bind";
      if (bind.isUnix() || bind.port() != 0) {
        binding.once(seen, key(bind), path, bind.toString());
        notBeside(listeners.subList(0, i), bind, path);
        notOfProcess(bind, path);
      }
    }
  }

  /** A wildcard address can't be bound beside a single one; equal ones are reported already. */
  private void notBeside(List<ListenerConfig> before, BindAddress bind, String path) {
    before.stream()
        .map(ListenerConfig::bind)
        .filter(other -> !key(other).equals(key(bind)) && other.overlaps(bind))
        .findFirst()
        .ifPresent(other -> report(path, bind.toString(), "a free address, " + other + " has it"));
  }

  private void notOfProcess(BindAddress bind, String path) {
    for (ProcessAddress other : ofProcess) {
      if (bind.port() == other.port() && overlap(bind.host(), other.host())) {
        report(path, bind.toString(), notOf(other));
      }
    }
  }

  private static String notOf(ProcessAddress other) {
    return "not the address of " + other.owner() + ", " + other.show();
  }

  /** Null = an address chosen at start. */
  private static boolean overlap(@Nullable String one, @Nullable String other) {
    Optional<InetAddress> mine = Optional.ofNullable(one).flatMap(IpAddress::parse);
    Optional<InetAddress> theirs = Optional.ofNullable(other).flatMap(IpAddress::parse);
    if (one != null && other != null && mine.isPresent() && theirs.isPresent()) {
      return BindAddress.ip(one, 1).overlaps(BindAddress.ip(other, 1));
    }
    boolean any =
        mine.or(() -> theirs)
            .map(InetAddress::isAnyLocalAddress)
            .orElse(one == null || other == null);
    return any || (one != null && one.equalsIgnoreCase(other));
  }

  private static String key(BindAddress bind) {
    return bind.host() == null ? bind.toString() : hostKey(bind.host()) + " " + bind.port();
  }

  /** The same key for each way to write one host. */
  static String hostKey(String host) {
    return IpAddress.parse(host)
        .map(InetAddress::getHostAddress)
        .orElseGet(() -> host.toLowerCase(Locale.ROOT));
  }

  private void report(String path, String value, String expected) {
    binding.report(path, value + " (expected: " + expected + ")");
  }
}
