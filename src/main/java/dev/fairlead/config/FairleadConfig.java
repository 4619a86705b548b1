package dev.fairlead.config;

import java.util.List;

/**
 * A whole configuration file: {@code node} and {@code cluster} are read at start, the rest is the
 * dynamic part.
 */
public record FairleadConfig(
    NodeConfig node,
    ClusterConfig cluster,
    List<ListenerConfig> listeners,
    List<PoolConfig> pools) {

  /** What is read at start, by its keys: the rest of a file is the dynamic part. */
  public static final List<String> PROCESS_KEYS = List.of("node", "cluster");

  public FairleadConfig {
    listeners = List.copyOf(listeners);
    pools = List.copyOf(pools);
  }
}
