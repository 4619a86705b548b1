package dev.fairlead.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How this member finds and reaches the other members; read at start only.
 *
 * @param enabled false = a member without a cluster
 * @param name members with the same name form one cluster
 * @param host address to bind and publish, null = chosen by Hazelcast
 * @param port of Hazelcast; the start fails when it is in use
 * @param busPort of the event bus, 0 = any free port
 * @param discovery null only when not enabled
 * @param publicAddress {@code host} or {@code host:port} at which other members reach this one,
 *     null = as bound
 * @param tls of the event bus, null = plain
 * @param secretFile its secret signs commands and stored revisions, null = nothing is signed
 */
public record ClusterConfig(
    boolean enabled,
    String name,
    @Nullable String host,
    int port,
    int busPort,
    @Nullable MemberDiscovery discovery,
    @Nullable String publicAddress,
    @Nullable ClusterTls tls,
    @Nullable Path secretFile) {
  public static final int DEFAULT_PORT = 5701;
  public static final ClusterConfig DEFAULT =
      new ClusterConfig(false, "fairlead", null, DEFAULT_PORT, 0, null, null, null, null);

  /** How members find each other. */
  public sealed interface MemberDiscovery {
    /** By IP multicast. */
    record Multicast() implements MemberDiscovery {}

    /** By a list of {@code host:port}; it may leave out some members. */
    record Members(List<String> members) implements MemberDiscovery {
      public Members {
        members = List.copyOf(members);
      }
    }

    /** By the DNS name of a headless Kubernetes service. */
    record KubernetesService(String name) implements MemberDiscovery {}
  }

  /** Mutual TLS between members, in PEM files; {@code ca} has signed all certificates. */
  public record ClusterTls(Path certificate, Path key, Path ca) {}
}
