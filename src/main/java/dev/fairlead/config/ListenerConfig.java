package dev.fairlead.config;

/**
 * An address we accept on.
 *
 * @param name unique among the listeners
 * @param backlog length of the kernel's accept queue
 * @param pool name of the pool that takes what no route matched
 */
public record ListenerConfig(String name, BindAddress bind, int backlog, String pool) {
  public static final int DEFAULT_BACKLOG = 4096;
}
