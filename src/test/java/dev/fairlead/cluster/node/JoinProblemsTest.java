package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.ClusterConfig.ClusterTls;
import dev.fairlead.config.ClusterConfig.MemberDiscovery;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCluster;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a node which can't be one says why in one line and names the key. Provoked with
 * taken ports, addresses of other machines, bad files and a cluster that refuses. A failure would
 * be a process that runs beside its cluster, or a stack trace for a typing error.
 */
class JoinProblemsTest {
  private final TestCluster cluster = new TestCluster();

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void namesTheTakenPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThat(failure(cluster.config(port, 0, null)))
          .isEqualTo("cluster.port: " + port + " (expected: a free port)");
    }
  }

  @Test
  void namesTheTakenPortOfTheBus() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThat(failure(cluster.config(FreePorts.next(), port, null)))
          .isEqualTo("cluster.busPort: " + port + " (expected: a free port)");
    }
  }

  @Test
  void namesTheAddressThatIsNotHere() {
    assertThat(failure(onHost("192.0.2.1", null)))
        .isEqualTo("cluster.host: 192.0.2.1 (expected: an address of this machine)");
  }

  @Test
  void wantsAnAddressThatOthersCanReach() {
    assertThat(failure(onHost("0.0.0.0", null)))
        .isEqualTo("cluster.host: 0.0.0.0 (expected: an address that the others can reach)");
  }

  @Test
  void namesTheBadPublicAddress() {
    assertThat(failure(onHost("127.0.0.1", "a:b:c")))
        .isEqualTo("cluster.publicAddress: a:b:c (expected: host or host:port)");
  }

  private static ClusterConfig onHost(String host, String publicAddress) {
    return new ClusterConfig(
        true,
        "test",
        host,
        FreePorts.next(),
        0,
        new MemberDiscovery.Members(List.of()),
        publicAddress,
        null,
        null);
  }

  @Test
  void saysWhyTheClusterRefuses() {
    int port = FreePorts.next();
    Config other = HazelcastSettings.of(cluster.config(port, 0, null), loopback());
    other.setProperty("hazelcast.partition.count", "31");
    HazelcastInstance hazelcast = Hazelcast.newHazelcastInstance(other);
    try {
      ClusterConfig joiner =
          new ClusterConfig(
              true,
              cluster.name(),
              "127.0.0.1",
              FreePorts.next(),
              0,
              new MemberDiscovery.Members(List.of("127.0.0.1:" + port)),
              null,
              null,
              null);
      assertThat(failure(joiner))
          .isEqualTo(
              "cluster.name: "
                  + cluster.name()
                  + " (expected: a cluster that takes this member:"
                  + " Incompatible partition count! expected: 31, found: null)");
    } finally {
      hazelcast.getLifecycleService().terminate();
    }
  }

  @Test
  void namesTheFileThatCannotBeUsed(@TempDir Path directory) throws Exception {
    PemFiles pem = PemFiles.selfSigned(directory);
    Path missing = directory.resolve("missing.pem");
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    assertThat(failure(new ClusterTls(missing, pem.key(), pem.certificate())))
        .isEqualTo("cluster.tls.certificate: " + missing + " (expected: a file that can be read)");
    assertThat(failure(new ClusterTls(pem.certificate(), missing, pem.certificate())))
        .isEqualTo("cluster.tls.key: " + missing + " (expected: a file that can be read)");
    assertThat(failure(new ClusterTls(pem.certificate(), pem.key(), missing)))
        .isEqualTo("cluster.tls.ca: " + missing + " (expected: a file that can be read)");
    assertThat(failure(new ClusterTls(empty, pem.key(), pem.certificate())))
        .isEqualTo(
            "cluster.tls.certificate: " + empty + " (expected: a PEM file with certificates)");
    assertThat(failure(new ClusterTls(pem.certificate(), pem.key(), empty)))
        .isEqualTo("cluster.tls.ca: " + empty + " (expected: a PEM file with certificates)");
    assertThat(failure(new ClusterTls(pem.certificate(), pem.certificate(), pem.certificate())))
        .isEqualTo(
            "cluster.tls.key: "
                + pem.certificate()
                + " (expected: a PEM file with the certificate's private key)");
  }

  private String failure(ClusterTls tls) {
    return failure(cluster.config(FreePorts.next(), 0, tls));
  }

  private String failure(ClusterConfig config) {
    ClusterException failure =
        catchThrowableOfType(ClusterException.class, () -> cluster.join(config));
    return failure.path() + ": " + failure.getMessage();
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }
}
