package dev.fairlead.config.bind;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Replies;
import dev.fairlead.config.text.Tree;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns a tree into records. A value that is not valid is reported and stands as its default or
 * null, so that indexes stay those of the file; such a configuration never leaves the loader.
 */
final class ConfigBinder {
  private static final String FLAT_NAME = "default";

  private final Binding binding;
  private final LaterKeys later;
  private final PoolBinder pools;

  ConfigBinder(Binding binding) {
    this.binding = binding;
    this.later = new LaterKeys(binding.directory());
    this.pools = new PoolBinder(binding);
  }

  FairleadConfig bind(Tree tree) {
    try (Section root = new Section(binding, tree, "")) {
      NodeConfig node = node(root);
      FairleadConfig own = new FairleadConfig(node, cluster(root), List.of(), List.of());
      return dynamicPart(root, tree, own);
    }
  }

  private NodeConfig node(Section root) {
    try (Section node = root.section("node")) {
      return new NodeBinder(binding).bind(node);
    }
  }

  private ClusterConfig cluster(Section root) {
    try (Section cluster = root.section("cluster")) {
      return new ClusterBinder(binding).bind(cluster);
    }
  }

  /** A tree that has only a dynamic part; the rest is that of {@code own}. */
  FairleadConfig bindDynamic(Tree tree, FairleadConfig own) {
    try (Section root = new Section(binding, tree, "")) {
      return dynamicPart(root, tree, own);
    }
  }

  private FairleadConfig dynamicPart(Section root, Tree tree, FairleadConfig own) {
    return isFlat(tree) ? flat(root, own) : full(root, own);
  }

  static boolean isFlat(Tree tree) {
    return tree instanceof Tree.Mapping map && FairleadConfig.isFlat(map.entries().keySet());
  }

  private FairleadConfig full(Section root, FairleadConfig own) {
    List<ListenerConfig> listeners = root.sections("listeners", this::listener);
    List<PoolConfig> bound = root.sections("pools", pools::bind);
    Stream<String> mixed = FairleadConfig.FLAT_KEYS.stream().filter(root::has);
    mixed.forEach(key -> refuseMixed(root, key));
    return new FairleadConfig(own.node(), own.cluster(), listeners, bound);
  }

  private void refuseMixed(Section root, String key) {
    root.acceptUnread(key);
    String message = "not together with listeners and pools (expected: one of the two forms)";
    binding.problems().add(binding.placeOf(key), key, message);
  }

  private ListenerConfig listener(Section listener) {
    ValueType<Integer> backlog = ValueTypes.integer(1, Integer.MAX_VALUE);
    ListenerConfig config =
        new ListenerConfig(
            listener.required("name", ValueTypes.name(), "a name"),
            listener.required(
                "bind", AddressTypes.bind(binding.directory()), "an address such as 0.0.0.0:8080"),
            listener.get("backlog", backlog, ListenerConfig.DEFAULT_BACKLOG),
            listener.required("pool", ValueTypes.name(), "the name of a pool"),
            LimitsBinder.access(listener),
            LimitsBinder.ofListener(listener));
    listener.later(later.listener());
    LimitsBinder.judge(listener, config);
    return config;
  }

  /** The article's own form: one listener, one pool. */
  private FairleadConfig flat(Section root, FairleadConfig own) {
    String host = root.required("host", AddressTypes.ipLiteral(), "an IP address");
    ValueType<Integer> anyPort = ValueTypes.integer(0, AddressTypes.MAX_PORT);
    Integer port = root.required("port", anyPort, "0 to " + AddressTypes.MAX_PORT);
    root.require("backends", "a list of backends");
    BindAddress bind = host == null || port == null ? null : BindAddress.ip(host, port);
    ListenerConfig listener =
        new ListenerConfig(FLAT_NAME, bind, ListenerConfig.DEFAULT_BACKLOG, FLAT_NAME);
    PoolConfig pool =
        PoolConfig.byDefault(FLAT_NAME, Balance.WEIGHTED_RANDOM, pools.backends(root))
            .withReplies(Replies.ARTICLE);
    return new FairleadConfig(own.node(), own.cluster(), List.of(listener), List.of(pool));
  }
}
