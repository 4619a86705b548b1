package dev.fairlead.config;

import java.nio.file.Path;
import java.util.List;

/**
 * How this member finds the others and talks to them; read once, at start.
 *
 * @param enabled false = this member is alone
 * @param name members of one name are one cluster
 * @param host address to bind and publish, null = chosen by Hazelcast
 * @param port of Hazelcast; taken = the start fails
 * @param busPort of the event bus, 0 = any free
 * @param discovery null only when not enabled
 * @param publicAddress {@code host} or {@code host:port} the others reach this member at, null = as
 *     bound
 * @param tls of the event bus, null = plain
 * @param secretFile signs commands and stored configurations, null = nothing is signed
 */
public record ClusterConfig(
    boolean enabled,
    String name,
    String host,
    int port,
    int busPort,
    Discovery discovery,
    String publicAddress,
    Tls tls,
    Path secretFile) {
  public static final int DEFAULT_PORT = 5701;

  public static final ClusterConfig DEFAULT =
      new ClusterConfig(false, "fairlead", null, DEFAULT_PORT, 0, null, null, null, null);

  /** How members find each other. */
  public sealed interface Discovery {
    /** By IP multicast. */
    record Multicast() implements Discovery {}

    /** By a list of {@code host:port}, which need not name all of them. */
    record Members(List<String> members) implements Discovery {
      public Members {
        members = List.copyOf(members);
      }
    }

    /** By the DNS name of a headless Kubernetes service. */
    record KubernetesService(String name) implements Discovery {}
  }

  /** Mutual TLS: PEM files of the chain and key of this member, and of who may sign the others. */
  public record Tls(Path certificate, Path key, Path ca) {}
}
