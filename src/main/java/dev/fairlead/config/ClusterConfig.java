package dev.fairlead.config;

/**
 * How this member finds the others; read once, at start.
 *
 * @param enabled false = this member is alone
 */
public record ClusterConfig(boolean enabled, String name) {
  public static final ClusterConfig DEFAULT = new ClusterConfig(false, "fairlead");
}
