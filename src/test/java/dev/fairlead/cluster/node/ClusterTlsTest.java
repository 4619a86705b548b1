package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.ClusterConfig.ClusterTls;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCluster;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that with {@code cluster.tls} only nodes that have a certificate of the cluster's
 * authority exchange messages. Provoked with a node that has none and one that has a foreign one,
 * both of which Hazelcast lets in. A failure would be a stranger's message that is heard.
 */
@Logs("javax.net.ssl.SSLHandshakeException")
class ClusterTlsTest {
  private static final DeliveryOptions BRIEFLY = new DeliveryOptions().setSendTimeout(1_000);
  private static final DeliveryOptions PATIENTLY = new DeliveryOptions().setSendTimeout(30_000);

  private final TestCluster cluster = new TestCluster();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  @TempDir private static Path directory;
  private static ClusterTls own;
  private static ClusterTls foreign;

  @BeforeAll
  static void makeCertificates() throws Exception {
    own = certificates("own");
    foreign = certificates("foreign");
  }

  @BeforeEach
  void start() {
    hear(join(own), "first");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void nodesWithTheCertificatesExchangeMessages() {
    assertThat(request(join(own), "first", PATIENTLY)).isEqualTo("heard by first");
  }

  @Test
  void aNodeWithoutCertificatesIsNotHeardAndHearsNothing() {
    staysOutside(join(null));
  }

  @Test
  void aNodeWithAForeignCertificateIsNotHeardAndHearsNothing() {
    staysOutside(join(foreign));
  }

  /** It may trust the cluster's certificate; it is the cluster that must not trust its own. */
  @Test
  void aNodeThatTrustsUsButIsNotTrustedIsNotHeard() {
    HazelcastNode stranger = join(new ClusterTls(foreign.certificate(), foreign.key(), own.ca()));
    assertThatThrownBy(() -> request(stranger, "first", BRIEFLY))
        .isInstanceOf(ReplyException.class);
    assertThat(heard).isEmpty();
  }

  private void staysOutside(HazelcastNode stranger) {
    hear(stranger, "stranger");
    HazelcastNode first = cluster.node(0);
    await().until(() -> first.nodes().size() == 2);
    assertThatThrownBy(() -> request(stranger, "first", BRIEFLY))
        .isInstanceOf(ReplyException.class);
    assertThatThrownBy(() -> request(first, "stranger", BRIEFLY))
        .isInstanceOf(ReplyException.class);
    assertThat(heard).isEmpty();
  }

  private HazelcastNode join(ClusterTls tls) {
    return cluster.join(cluster.config(FreePorts.next(), 0, tls));
  }

  private void hear(HazelcastNode node, String name) {
    node.vertx()
        .eventBus()
        .<String>consumer(
            name,
            message -> {
              heard.add(message.body());
              message.reply("heard by " + name);
            })
        .completion()
        .await();
  }

  private static String request(HazelcastNode from, String to, DeliveryOptions options) {
    return from.vertx().eventBus().<String>request(to, "hello", options).await().body();
  }

  private static ClusterTls certificates(String name) throws Exception {
    PemFiles pem = PemFiles.selfSigned(Files.createDirectory(directory.resolve(name)));
    return new ClusterTls(pem.certificate(), pem.key(), pem.certificate());
  }
}
