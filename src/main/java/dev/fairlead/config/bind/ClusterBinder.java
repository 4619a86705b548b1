package dev.fairlead.config.bind;

import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.Discovery;
import dev.fairlead.config.ClusterConfig.Tls;
import dev.fairlead.config.bind.ValueType.Outcome;
import dev.fairlead.config.text.Tree;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Binds {@code cluster}. */
final class ClusterBinder {
  private static final List<String> WAYS = List.of("multicast", "members", "kubernetesService");

  /** What {@code discovery} has to be, as a problem says it. */
  static final String EXPECTED = "one of " + String.join(", ", WAYS);

  private final Binding binding;
  private final ValueType<Path> path;

  ClusterBinder(Binding binding) {
    this.binding = binding;
    this.path = ValueTypes.path(binding.directory());
  }

  ClusterConfig bind(Section cluster) {
    ClusterConfig byDefault = ClusterConfig.DEFAULT;
    return new ClusterConfig(
        cluster.get("enabled", ValueTypes.bool(), byDefault.enabled()),
        cluster.get("name", ValueTypes.name(), byDefault.name()),
        cluster.get("host", AddressTypes.host().orNull(), null),
        cluster.get("port", ValueTypes.integer(1, AddressTypes.MAX_PORT), byDefault.port()),
        cluster.get("busPort", ValueTypes.integer(0, AddressTypes.MAX_PORT), byDefault.busPort()),
        cluster.optionalSection("discovery").map(this::discovery).orElse(null),
        cluster.get("publicAddress", AddressTypes.hostMaybePort().orNull(), null),
        cluster.optionalSection("tls").map(this::tls).orElse(null),
        cluster.get("secretFile", path.orNull(), null));
  }

  /** Null = it was reported. */
  private Discovery discovery(Section section) {
    try (Section discovery = section) {
      Discovery found = found(discovery);
      List<String> written = WAYS.stream().filter(discovery::has).toList();
      if (written.size() > 1 || discovery.isEmpty()) {
        refuse(discovery.path(), discovery.isEmpty() ? "{}" : "{...}", EXPECTED);
      }
      if (found == null) {
        binding.markBroken(discovery.path());
      }
      return found;
    }
  }

  private Discovery found(Section discovery) {
    Boolean multicast = discovery.get("multicast", onlyTrue(), null);
    List<String> members = discovery.values("members", member());
    String service = discovery.get("kubernetesService", AddressTypes.host(), null);
    if (discovery.has("members")) {
      return members(discovery, members);
    }
    if (multicast != null) {
      return new Discovery.Multicast();
    }
    return service == null ? null : new Discovery.KubernetesService(service);
  }

  private Discovery members(Section discovery, List<String> members) {
    String at = Tree.child(discovery.path(), "members");
    if (discovery.isEmptyList("members")) {
      refuse(at, "[]", "at least one member");
    }
    return new Discovery.Members(members);
  }

  private void refuse(String at, String value, String expected) {
    binding.problems().add(binding.placeOf(at), at, value + " (expected: " + expected + ")");
    binding.markBroken(at);
  }

  private static ValueType<Boolean> onlyTrue() {
    return scalar ->
        scalar.asBoolean().equals(Optional.of(true))
            ? Outcome.of(true)
            : Outcome.expected("true, or leave it out");
  }

  /** With its port, also when that was left out. */
  private static ValueType<String> member() {
    return AddressTypes.hostMaybePort()
        .map(
            member -> {
              boolean bare = member.endsWith("]") || member.indexOf(':') < 0;
              return bare ? member + ":" + ClusterConfig.DEFAULT_PORT : member;
            });
  }

  private Tls tls(Section section) {
    try (Section tls = section) {
      return new Tls(
          tls.required("certificate", path, "a PEM file"),
          tls.required("key", path, "a PEM file"),
          tls.required("ca", path, "a PEM file"));
    }
  }
}
