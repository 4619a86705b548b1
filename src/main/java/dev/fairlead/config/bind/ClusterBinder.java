package dev.fairlead.config.bind;

import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.ClusterTls;
import dev.fairlead.config.ClusterConfig.MemberDiscovery;
import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.text.Tree;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Binds {@code cluster}. */
record ClusterBinder(Binding binding, ValueType<Path> path) {
  private static final List<String> WAYS = List.of("multicast", "members", "kubernetesService");

  /** The keys of {@code discovery}, as a problem shows them. */
  static final String EXPECTED = "one of " + String.join(", ", WAYS);

  /** Stands for a path that was reported. */
  static final Path NO_PATH = Path.of("");

  ClusterConfig bind(Section cluster) {
    ClusterConfig byDefault = ClusterConfig.DEFAULT;
    return new ClusterConfig(
        cluster.get("enabled", ValueType.bool(), byDefault.enabled()),
        cluster.get("name", ValueType.name(), byDefault.name()),
        cluster.findOrNull("host", AddressTypes.host()).orElse(null),
        cluster.get("port", AddressTypes.port(), byDefault.port()),
        cluster.get("busPort", AddressTypes.portOrAny(), byDefault.busPort()),
        cluster.optionalSection("discovery", this::discovery).flatMap(found -> found).orElse(null),
        cluster.findOrNull("publicAddress", AddressTypes.hostMaybePort()).orElse(null),
        cluster.optionalSection("tls", this::tls).orElse(null),
        cluster.findOrNull("secretFile", path).orElse(null));
  }

  /** Empty when it is not valid, which is reported. */
  private Optional<MemberDiscovery> discovery(Section discovery) {
    Optional<MemberDiscovery> found = found(discovery);
    List<String> written = WAYS.stream().filter(discovery::has).toList();
    if (written.size() > 1 || discovery.isEmpty()) {
      refuse(discovery.path(), discovery.isEmpty() ? "{}" : "{...}", EXPECTED);
    }
    if (found.isEmpty()) {
      binding.markBroken(discovery.path());
    }
    return found;
  }

  private Optional<MemberDiscovery> found(Section discovery) {
    Optional<Boolean> multicast = discovery.find("multicast", onlyTrue());
    List<String> members = discovery.values("members", member());
    Optional<String> service = discovery.find("kubernetesService", AddressTypes.host());
    if (discovery.has("members")) {
      return Optional.of(members(discovery, members));
    }
    return multicast.isPresent()
        ? Optional.of(new MemberDiscovery.Multicast())
        : service.map(MemberDiscovery.KubernetesService::new);
  }

  private MemberDiscovery members(Section discovery, List<String> members) {
    if (discovery.isEmptyList("members")) {
      refuse(Tree.child(discovery.path(), "members"), "[]", "at least one member");
    }
    return new MemberDiscovery.Members(members);
  }

  private void refuse(String at, String value, String expected) {
    binding.report(at, value + " (expected: " + expected + ")");
    binding.markBroken(at);
  }

  private static ValueType<Boolean> onlyTrue() {
    ValueType<Boolean> type =
        scalar ->
            ParsedValue.of(scalar.asBoolean().filter(value -> value), "true, or leave it out");
    return type.shaped(ValueShape.TRUE);
  }

  /** With its port, also where that was left out. */
  private static ValueType<String> member() {
    return AddressTypes.hostMaybePort()
        .map(
            member -> {
              boolean bare = member.endsWith("]") || member.indexOf(':') < 0;
              return bare ? member + ":" + ClusterConfig.DEFAULT_PORT : member;
            });
  }

  private ClusterTls tls(Section tls) {
    return new ClusterTls(
        tls.required("certificate", path, "a PEM file", NO_PATH),
        tls.required("key", path, "a PEM file", NO_PATH),
        tls.required("ca", path, "a PEM file", NO_PATH));
  }
}
