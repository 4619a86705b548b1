package dev.fairlead.config.bind;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who listens where in one process: no two at one address, as far as that shows before they are
 * bound. A host name and an address that is chosen later are only compared with all interfaces.
 */
final class AddressRules {
  private final Binding binding;
  private final List<Owned> owned;

  /** An address that is no listener's; {@code path} is what problems call it. */
  private record Owned(String path, String owner, String host, int port) {
    String show() {
      return host == null ? String.valueOf(port) : BindAddress.ip(host, port).toString();
    }
  }

  AddressRules(Binding binding, FairleadConfig config) {
    this.binding = binding;
    this.owned = owned(config);
  }

  /** Without those of any port, and without those that were reported. */
  private List<Owned> owned(FairleadConfig config) {
    NodeConfig.Admin admin = config.node().admin();
    ClusterConfig cluster = config.cluster();
    List<Owned> all = new ArrayList<>();
    if (!binding.isBroken("node.admin.host")) {
      all.add(new Owned("node.admin.port", "node.admin", admin.host(), admin.port()));
    }
    if (cluster.enabled() && !binding.isBroken("cluster.host")) {
      all.add(new Owned("cluster.port", "cluster.port", cluster.host(), cluster.port()));
      all.add(new Owned("cluster.busPort", "cluster.busPort", cluster.host(), cluster.busPort()));
    }
    all.removeIf(each -> each.port() == 0 || binding.isBroken(each.path()));
    return all;
  }

  /** Holds {@code node} and {@code cluster} against each other. */
  void ofProcess() {
    for (int i = 0; i < owned.size(); i++) {
      Owned one = owned.get(i);
      owned.subList(0, i).stream()
          .filter(other -> one.port() == other.port() && overlap(one.host(), other.host()))
          .findFirst()
          .ifPresent(other -> report(one.path(), String.valueOf(one.port()), notOf(other)));
    }
  }

  /**
   * Holds the listeners against each other and against {@code node} and {@code cluster}.
   *
   * @param flat the article's form
   */
  void ofListeners(List<ListenerConfig> listeners, boolean flat) {
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < listeners.size(); i++) {
      BindAddress bind = listeners.get(i).bind();
      String path = flat ? "port" : "listeners[" + i + "].bind";
      if (bind != null && (bind.isUnix() || bind.port() != 0)) {
        onceOnly(seen, bind, path);
        notBeside(listeners.subList(0, i), bind, path);
        notOwned(bind, path);
      }
    }
  }

  private void onceOnly(Map<String, String> seen, BindAddress bind, String path) {
    String first = seen.putIfAbsent(key(bind), path);
    if (first != null) {
      report(path, bind.toString(), "once only, " + first + " has it already");
    }
  }

  /** An address of all interfaces can't be bound beside one of them; equal ones were told. */
  private void notBeside(List<ListenerConfig> before, BindAddress bind, String path) {
    for (ListenerConfig listener : before) {
      BindAddress other = listener.bind();
      if (other != null && !key(other).equals(key(bind)) && other.overlaps(bind)) {
        report(path, bind.toString(), "a free address, " + other + " has it");
        return;
      }
    }
  }

  private void notOwned(BindAddress bind, String path) {
    for (Owned other : owned) {
      if (bind.port() == other.port() && overlap(bind.host(), other.host())) {
        report(path, bind.toString(), notOf(other));
      }
    }
  }

  private static String notOf(Owned other) {
    return "not the address of " + other.owner() + ", " + other.show();
  }

  /** Null = some address of this machine. */
  private static boolean overlap(String one, String other) {
    Optional<InetAddress> mine = ip(one);
    Optional<InetAddress> theirs = ip(other);
    if (mine.isPresent() && theirs.isPresent()) {
      return BindAddress.ip(one, 1).overlaps(BindAddress.ip(other, 1));
    }
    boolean any =
        mine.or(() -> theirs)
            .map(InetAddress::isAnyLocalAddress)
            .orElse(one == null || other == null);
    return any || (one != null && one.equalsIgnoreCase(other));
  }

  private static Optional<InetAddress> ip(String host) {
    return host == null ? Optional.empty() : AddressTypes.parseIp(host);
  }

  private static String key(BindAddress bind) {
    return bind.isUnix() ? bind.toString() : hostKey(bind.host()) + " " + bind.port();
  }

  /** The same for two ways to write one host. */
  static String hostKey(String host) {
    return AddressTypes.parseIp(host)
        .map(InetAddress::getHostAddress)
        .orElseGet(() -> host.toLowerCase(Locale.ROOT));
  }

  private void report(String path, String value, String expected) {
    binding.problems().add(binding.placeOf(path), path, value + " (expected: " + expected + ")");
  }
}
