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
import java.util.LinkedHashMap;
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
  /** Most ports that the ranges of one configuration have together: they are compared each. */
  private static final int MOST_IN_RANGES = 16_384;

  private final Binding binding;
  private final List<ProcessAddress> ofProcess;

  /** An address of {@code node} or {@code cluster}; {@code host} null = chosen at start. */
  private record ProcessAddress(String path, String owner, @Nullable String host, int port) {
    String show() {
      return host == null ? String.valueOf(port) : BindAddress.ip(host, port).toString();
    }
  }

  private record Bound(BindAddress bind, String path, String shown) {}

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
          .ifPresent(other -> report(one, notOf(other)));
    }
  }

  /** Compares the listeners with each other and with {@code node} and {@code cluster}. */
  void checkListeners(List<ListenerConfig> listeners, boolean flat) {
    Taken taken = new Taken(new HashMap<>(), new HashMap<>());
    int inRanges = 0;
    for (int i = 0; i < listeners.size() && !binding.problems().isFull(); i++) {
      BindAddress bind = listeners.get(i).bind();
      String path = flat ? "port" : "listeners[" + i + "].bind";
      inRanges += bind.isRange() ? bind.each().size() : 0;
      if (bind.isUnix() || bind.port() != 0) {
        Bound bound = new Bound(bind, path, shown(bind, path));
        if (bind.isRange() && inRanges > MOST_IN_RANGES) {
          report(bound, "at most " + MOST_IN_RANGES + " ports in all ranges together");
          return;
        }
        notTaken(taken, bound);
        notOfProcess(bound);
      }
    }
  }

  /**
   * Who has which single address.
   *
   * @param owners by {@link #key}
   * @param firsts by port the first address of each kind: two of one kind overlap only if equal
   */
  private record Taken(Map<String, Bound> owners, Map<Integer, Map<String, Bound>> firsts) {}

  /** Reports the first address of {@code bound} that an earlier one has, and takes the others. */
  private void notTaken(Taken taken, Bound bound) {
    boolean reported = false;
    for (BindAddress one : bound.bind().each()) {
      Bound owner = taken.owners().putIfAbsent(key(one), bound);
      Map<String, Bound> firsts =
          taken.firsts().computeIfAbsent(one.port(), port -> new LinkedHashMap<>());
      Bound beside = owner == null ? beside(firsts, one) : null;
      kind(one).ifPresent(kind -> firsts.putIfAbsent(kind, bound));
      if (!reported && owner != null) {
        reportEqual(bound, owner, key(one));
      } else if (!reported && beside != null) {
        report(bound, notTogether(bound, beside));
      }
      reported |= owner != null || beside != null;
    }
  }

  /** A wildcard address can't be bound beside a single one. */
  private static @Nullable Bound beside(Map<String, Bound> firsts, BindAddress one) {
    return firsts.values().stream()
        .filter(other -> other.bind().overlaps(one))
        .findFirst()
        .orElse(null);
  }

  private static Optional<String> kind(BindAddress one) {
    return Optional.ofNullable(one.host())
        .flatMap(IpAddress::parse)
        .map(address -> address.getClass().getSimpleName() + address.isAnyLocalAddress());
  }

  private void reportEqual(Bound bound, Bound owner, String key) {
    if (bound.bind().isRange() || owner.bind().isRange()) {
      report(bound, notTogether(bound, owner));
    } else {
      Map<String, String> first = new HashMap<>(Map.of(key, owner.path()));
      binding.once(first, key, bound.path(), bound.shown());
    }
  }

  /** With a range in it, it also tells where the other one is written. */
  private String notTogether(Bound bound, Bound other) {
    return bound.bind().isRange() || other.bind().isRange()
        ? "ports that no other listener has: "
            + other.path()
            + binding.lineOf(other.path())
            + " has "
            + other.shown()
        : "a free address, " + other.shown() + " has it";
  }

  private void notOfProcess(Bound bound) {
    BindAddress bind = bound.bind();
    for (ProcessAddress other : ofProcess) {
      boolean samePort = bind.port() <= other.port() && other.port() <= bind.lastPort();
      if (samePort && overlap(bind.host(), other.host())) {
        report(bound, notOf(other));
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

  /** In the flat form the address is of two keys. */
  private String shown(BindAddress bind, String path) {
    return binding.shown(bind, path, "host", "port");
  }

  private void report(ProcessAddress address, String expected) {
    String shown = binding.shown(address.port(), address.path());
    binding.report(address.path(), shown + " (expected: " + expected + ")");
  }

  private void report(Bound bound, String expected) {
    binding.report(bound.path(), bound.shown() + " (expected: " + expected + ")");
  }
}
