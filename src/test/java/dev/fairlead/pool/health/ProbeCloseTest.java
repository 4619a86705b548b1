package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestRun;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a TLS backend finds nothing wrong with a connection that probed it, and can't hold
 * it for long. Provoked with the JDK's TLS servers, which read to the end or do not close. A
 * failure would be an exception at the server, a verdict that waits for it, or a channel left open.
 */
class ProbeCloseTest {
  private static final int ROUNDS = 20;

  private static SSLContext certificate;

  @BeforeAll
  static void certificate(@TempDir Path directory) throws Exception {
    certificate = PemFiles.selfSigned(directory).serverContext();
  }

  @EveryTransport
  void theServerReadsACleanEndWithTls13(TransportKind transport) throws Exception {
    serverReadsACleanEnd(transport, "TLSv1.3");
  }

  @EveryTransport
  void theServerReadsACleanEndWithTls12(TransportKind transport) throws Exception {
    serverReadsACleanEnd(transport, "TLSv1.2");
  }

  private static void serverReadsACleanEnd(TransportKind transport, String protocol)
      throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        Server server = new Server(protocol, () -> {})) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, server.port());
      for (int i = 0; i < ROUNDS; i++) {
        assertThat(running.probe(probed)).isEqualTo(CheckResult.passed("handshake completed"));
        assertThat(server.ends.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .isEqualTo(protocol + " end");
      }
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
    }
  }

  @EveryTransport
  void aServerThatDoesNotCloseIsResetAfterASecond(TransportKind transport) throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    try (RunningLoop running = new RunningLoop(transport);
        Server server = new Server("TLSv1.3", closing::await)) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.TLS, server.port())))
          .isEqualTo(CheckResult.passed("handshake completed"));
      assertThat(server.ends.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo("TLSv1.3 end");
      assertThat(running.openChannels()).as("told before the end").isOne();
      await().untilAsserted(() -> assertThat(running.openChannels()).isZero());
      closing.countDown();
    }
  }

  @Test
  void noLongerThanIsLeftOfTheTimeout() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        Server server = new Server("TLSv1.3", closing::await)) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, server.port());
      Check late = late(running, probed);
      assertThat(running.probe(late, Probe.ProbeTarget.of(probed.object(), probed.pool())))
          .isEqualTo(CheckResult.passed("handshake completed"));
      // A busy loop is late with everything, but in the order of the deadlines.
      assertThat(running.openChannelsAfter(ProbeClose.MOST_NANOS / 2)).isZero();
      closing.countDown();
    }
  }

  /** By the probe's clock the whole time-out is over when the handshake is. */
  private static Check late(RunningLoop running, Probed probed) {
    Check tls = Check.of(probed.health(), probed.backend(), running.loop.tlsTasks(), null);
    return new Check() {
      @Override
      public void install(ChannelPipeline pipeline, Consumer<CheckResult> result) {
        tls.install(pipeline, result);
        running.clock.addAndGet(probed.health().timeout().toNanos());
      }

      @Override
      public boolean closesGracefully() {
        return tls.closesGracefully();
      }
    };
  }

  private interface Wait {
    void await() throws InterruptedException;
  }

  /** Handshakes, reads to the end, waits and closes, one connection after the other. */
  private static final class Server implements AutoCloseable {
    /** How each connection ended: the protocol and {@code end}, or what went wrong. */
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    private final SSLServerSocket listening;
    private final Wait beforeClose;
    private final Thread thread = new Thread(this::serve, "tls-server");

    Server(String protocol, Wait beforeClose) throws IOException {
      this.beforeClose = beforeClose;
      listening =
          (SSLServerSocket)
              certificate
                  .getServerSocketFactory()
                  .createServerSocket(0, 0, InetAddress.getLoopbackAddress());
      listening.setEnabledProtocols(new String[] {protocol});
      thread.start();
    }

    int port() {
      return listening.getLocalPort();
    }

    private void serve() {
      while (!listening.isClosed()) {
        try (SSLSocket connection = (SSLSocket) listening.accept()) {
          ends.add(connection(connection));
          beforeClose.await();
        } catch (IOException e) {
          if (!listening.isClosed()) {
            ends.add(e.toString());
          }
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private static String connection(SSLSocket connection) throws IOException {
      connection.startHandshake();
      InputStream in = connection.getInputStream();
      return connection.getSession().getProtocol() + (in.read() == -1 ? " end" : " data");
    }

    @Override
    public void close() throws IOException {
      listening.close();
      thread.interrupt();
    }
  }
}
