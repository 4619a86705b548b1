package dev.fairlead.config;

import dev.fairlead.config.LimitsConfig.ListenerLimits;
import java.util.List;

/**
 * An address that clients connect to.
 *
 * @param name unique among the listeners
 * @param backlog length of the kernel's accept queue
 * @param pool name of the pool that serves the clients
 */
public record ListenerConfig(
    String name,
    BindAddress bind,
    int backlog,
    String pool,
    AccessConfig access,
    ListenerLimits limits) {
  public static final int DEFAULT_BACKLOG = 4096;

  /** A listener without an access list or limits. */
  public ListenerConfig(String name, BindAddress bind, int backlog, String pool) {
    this(name, bind, backlog, pool, AccessConfig.EVERYONE, ListenerLimits.NONE);
  }

  /** The networks of accepted clients: {@code allow}, empty = all, without {@code deny}. */
  public record AccessConfig(List<Cidr> allow, List<Cidr> deny) {
    public static final AccessConfig EVERYONE = new AccessConfig(List.of(), List.of());

    public AccessConfig {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
    }
  }
}
