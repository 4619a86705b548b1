package dev.fairlead.config.bind;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.IpAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.config.text.Tree;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a tree into records. A value that is not valid is reported; its default or a placeholder
 * takes its place, so that indexes stay those of the file. {@link ConfigLoader} drops a
 * configuration with problems.
 */
record ConfigBinder(Binding binding) {
  private static final String FLAT_NAME = "default";

  /** Most listeners, and most pools: each takes some ten microseconds to read, and more to run. */
  private static final int MAX_SECTIONS = 10_000;

  /**
   * Binds the whole tree, or only its dynamic part.
   *
   * @param own has {@code node} and {@code cluster} for a tree without them; null = bind those too
   */
  FairleadConfig bind(Tree tree, @Nullable FairleadConfig own) {
    try (Section root = new Section(binding, tree, "")) {
      FairleadConfig process = own == null ? process(root) : own;
      return isFlat(tree) ? flat(root, process) : full(root, process);
    }
  }

  FairleadConfig process(Section root) {
    ValueType<Path> path = ValueType.path(binding.directory());
    NodeConfig node = root.section("node", new NodeBinder(path)::bind);
    ClusterConfig cluster = root.section("cluster", new ClusterBinder(binding, path)::bind);
    return new FairleadConfig(node, cluster, List.of(), List.of());
  }

  static boolean isFlat(Tree tree) {
    return tree instanceof Tree.Mapping map && FairleadConfig.isFlat(map.entries().keySet());
  }

  FairleadConfig full(Section root, FairleadConfig own) {
    List<ListenerConfig> listeners =
        root.sections("listeners", MAX_SECTIONS, new ListenerBinder(binding)::bind);
    List<PoolConfig> bound = root.sections("pools", MAX_SECTIONS, new PoolBinder(binding)::bind);
    FairleadConfig.FLAT_KEYS.stream().filter(root::has).forEach(key -> refuseMixed(root, key));
    return new FairleadConfig(own.node(), own.cluster(), listeners, bound);
  }

  private void refuseMixed(Section root, String key) {
    root.value(key);
    binding.report(key, "not together with listeners and pools (expected: one of the two forms)");
  }

  /** The article's own form: one listener, one pool. */
  FairleadConfig flat(Section root, FairleadConfig own) {
    String host = root.required("host", AddressTypes.ipLiteral(), "an IP address", "");
    int port = root.required("port", AddressTypes.portOrAny(), "0 to " + IpAddress.MAX_PORT, 0);
    root.requireAlways("backends", "a list of backends");
    BindAddress bind = host.isEmpty() ? ListenerBinder.NO_ADDRESS : BindAddress.ip(host, port);
    ListenerConfig listener =
        new ListenerConfig(FLAT_NAME, bind, ListenerConfig.DEFAULT_BACKLOG, FLAT_NAME);
    List<BackendConfig> backends = new PoolBinder(binding).backends(root);
    PoolConfig pool =
        PoolConfig.byDefault(FLAT_NAME, Balance.WEIGHTED_RANDOM, backends, Replies.ARTICLE);
    return new FairleadConfig(own.node(), own.cluster(), List.of(listener), List.of(pool));
  }
}
