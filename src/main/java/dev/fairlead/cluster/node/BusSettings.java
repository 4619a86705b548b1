package dev.fairlead.cluster.node;

import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.ClusterTls;
import dev.fairlead.config.Problem;
import dev.fairlead.net.CredentialFiles;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of the event bus.
 *
 * <p>It listens on {@code cluster.host} and {@code cluster.busPort} and publishes as its address
 * the host of {@code cluster.publicAddress}, else to {@code cluster.host}, else to the address that
 * Hazelcast chose. The port of {@code publicAddress} is Hazelcast's alone: the bus is reached at
 * the port it listens on.
 */
final class BusSettings {
  /** After a split a connection may seem open and carry nothing; two pings detect that. */
  private static final Duration PING = Duration.ofSeconds(5);

  /**
   * How long the kernel tries to send, with native transports. Without it, it delivers requests to
   * the other part of a split up to a minute after its end, when their senders have given up.
   */
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private BusSettings() {}

  static EventBusOptions of(ClusterConfig cluster, @Nullable InetAddress bind) {
    EventBusOptions bus = new EventBusOptions();
    bus.setPort(cluster.busPort());
    bus.setClusterPingInterval(PING.toMillis()).setClusterPingReplyInterval(PING.toMillis());
    bus.setTcpUserTimeout((int) SEND_TIMEOUT.toMillis())
        .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
    if (bind != null) {
      bus.setHost(bind.getHostAddress());
    }
    if (cluster.publicAddress() != null) {
      bus.setClusterPublicHost(publicHost(cluster.publicAddress()));
      if (bind == null) {
        bus.setHost("0.0.0.0");
      }
    }
    if (cluster.tls() != null) {
      secure(bus, cluster.tls());
    }
    return bus;
  }

  /** The host of {@code host}, {@code host:port} or {@code [v6]:port}. */
  private static String publicHost(String publicAddress) {
    HostAndPort parsed = HostAndPort.parseAuthority(publicAddress, -1);
    if (parsed == null) {
      throw ClusterException.expected(
          "cluster.publicAddress", publicAddress, "host or host:port", null);
    }
    return parsed.host().replace("[", "").replace("]", "");
  }

  private static void secure(EventBusOptions bus, ClusterTls tls) {
    List<Problem> problems =
        new CredentialFiles("").pem("cluster.tls", tls.certificate(), tls.key(), tls.ca());
    if (!problems.isEmpty()) {
      throw new ClusterException(problems.get(0).path(), problems.get(0).message(), null);
    }
    bus.setSsl(true).setTrustAll(false).setClientAuth(ClientAuth.REQUIRED);
    bus.setKeyCertOptions(
        new PemKeyCertOptions()
            .setCertPath(tls.certificate().toString())
            .setKeyPath(tls.key().toString()));
    bus.setTrustOptions(new PemTrustOptions().addCertPath(tls.ca().toString()));
  }
}
