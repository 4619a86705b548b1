package dev.fairlead.config;

import java.util.List;
import java.util.Set;

/**
 * A whole configuration file: {@code node} and {@code cluster} are read at start, the rest is the
 * dynamic part.
 */
public record FairleadConfig(
    NodeConfig node,
    ClusterConfig cluster,
    List<ListenerConfig> listeners,
    List<PoolConfig> pools) {

  /** Keys read at start only; all other keys are the dynamic part. */
  public static final List<String> PROCESS_KEYS = List.of("node", "cluster");

  /** Keys of the flat form: one listener and one pool. */
  public static final List<String> FLAT_KEYS = List.of("host", "port", "backends");

  private static final List<String> FULL_KEYS = List.of("listeners", "pools");

  public FairleadConfig {
    listeners = List.copyOf(listeners);
    pools = List.copyOf(pools);
  }

  /** Whether a document with these top-level keys is in the flat form. */
  public static boolean isFlat(Set<String> keys) {
    return FLAT_KEYS.stream().anyMatch(keys::contains)
        && FULL_KEYS.stream().noneMatch(keys::contains);
  }
}
