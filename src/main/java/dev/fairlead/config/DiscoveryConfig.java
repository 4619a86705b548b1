package dev.fairlead.config;

import java.time.Duration;

/**
 * Where a pool's further backends are found: by the addresses of a name, or by its SRV records.
 *
 * @param dns the name whose A and AAAA records are backends; null = SRV records are
 * @param port of those backends, 0 with {@code srv}
 * @param srv the name whose SRV records are backends; null = addresses are
 * @param refresh from one question to the next
 */
public record DiscoveryConfig(String dns, int port, String srv, Duration refresh) {
  public static final Duration DEFAULT_REFRESH = Duration.ofSeconds(5);

  /** The name that is asked for. */
  public String name() {
    return srv == null ? dns : srv;
  }
}
