package dev.fairlead.config;

/**
 * An address we accept on.
 *
 * @param name unique among the listeners
 * @param backlog length of the kernel's accept queue
 * @param pool name of the pool that takes what no route matched
 * @param access whose connections are taken
 * @param limits how many of them
 */
public record ListenerConfig(
    String name,
    BindAddress bind,
    int backlog,
    String pool,
    AccessConfig access,
    ListenerLimits limits) {
  public static final int DEFAULT_BACKLOG = 4096;

  /** One that takes everyone. */
  public ListenerConfig(String name, BindAddress bind, int backlog, String pool) {
    this(name, bind, backlog, pool, AccessConfig.EVERYONE, ListenerLimits.NONE);
  }
}
