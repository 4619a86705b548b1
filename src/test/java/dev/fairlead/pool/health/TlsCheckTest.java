package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.net.tls.TlsProvider;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsCheckTest {
  private static SSLContext server;

  /**
   * The server names asked for, one entry for each handshake that was completed and ended cleanly.
   */
  private final BlockingQueue<List<SNIServerName>> names = new LinkedBlockingQueue<>();

  @BeforeAll
  static void certificate(@TempDir Path directory) throws Exception {
    server = PemFiles.selfSigned(directory).serverContext();
  }

  @EveryTransport
  void aHandshakeIsWellOnBothSides(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.serving(this::handshake)) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, backend.port());
      for (int i = 0; i < 5; i++) {
        assertThat(running.probe(probed)).isEqualTo(CheckResult.passed("handshake completed"));
        assertThat(names.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .as("an IP address is not told")
            .isEmpty();
      }
    }
  }

  @Test
  void asksForTheHostName() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(this::handshake)) {
      for (String name : List.of("web.invalid", "localhost", "web.invalid.")) {
        probe(running, Probed.by(HealthConfig.Type.TLS, name, backend.port()));
        assertThat(names.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .containsExactly(new SNIHostName(name.replaceAll("\\.$", "")));
      }
      probe(running, Probed.by(HealthConfig.Type.TLS, "my_web", backend.port()));
      assertThat(names.poll(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("no name that TLS allows")
          .isEmpty();
    }
  }

  @Test
  void tellsWhatWentWrong() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend plain = TestBackend.saying("220 mail.example.com ESMTP\r\n");
        TestBackend closing = TestBackend.saying("");
        TestBackend hearing =
            TestBackend.serving(
                connection -> {
                  connection.readSome(1);
                  connection.reset();
                });
        TestBackend silent = TestBackend.serving(Scripts::silent)) {
      assertThat(running.probe(Probed.by(HealthConfig.Type.TLS, plain.port())))
          .isEqualTo(CheckResult.failed("handshake failed"));
      assertThat(running.probe(Probed.by(HealthConfig.Type.TLS, closing.port())).reason())
          .isIn("connection closed", "connection reset");
      assertThat(running.probe(Probed.by(HealthConfig.Type.TLS, hearing.port())))
          .isEqualTo(CheckResult.failed("connection reset"));
      assertThat(
              running.probe(
                  Probed.by(HealthConfig.Type.TLS, silent.port()).within(Duration.ofMillis(50))))
          .isEqualTo(CheckResult.failed("timed out"));
    }
  }

  @Test
  void aCertificateThatIsNotTrustedIsFailedOnceSomebodyIsTrusted() throws Exception {
    BackendTls verifying =
        new BackendTls(true, null, null, null, null, List.of(), TlsVersion.TLS_1_2);
    BackendContexts contexts = BackendContexts.read(verifying, TlsProvider.JDK).contexts().make();
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(this::handshake)) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, backend.port());
      Check check = TlsCheck.of(probed.backend(), running.loop.tlsTasks(), () -> contexts, null);
      assertThat(running.probe(check, Probe.ProbeTarget.of(probed.object(), probed.pool())))
          .isEqualTo(CheckResult.failed("certificate not trusted"));
    }
  }

  @Test
  void anExecutorThatTakesNothingBlamesNobody() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(this::handshake)) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, backend.port());
      Check check =
          Check.of(
              probed.health(),
              probed.backend(),
              task -> {
                throw new RejectedExecutionException("shut down");
              },
              null);
      assertThat(
              running
                  .probe(check, Probe.ProbeTarget.of(probed.object(), probed.pool()))
                  .conclusion())
          .isEqualTo(CheckResult.Conclusion.INCONCLUSIVE);
    }
  }

  private static void probe(RunningLoop running, Probed probed) throws Exception {
    Backend backend = probed.object();
    backend.resolved(List.of(InetAddress.getLoopbackAddress()));
    assertThat(running.probe(probed, backend)).isEqualTo(CheckResult.passed("handshake completed"));
  }

  private void handshake(TestConnection connection) throws Exception {
    InputStream nothingRead = null;
    SSLSocket tls =
        (SSLSocket)
            server
                .getSocketFactory()
                .createSocket(connection.channel().socket(), nothingRead, true);
    tls.startHandshake();
    assertThat(tls.getInputStream().read()).isEqualTo(-1);
    names.add(((ExtendedSSLSession) tls.getSession()).getRequestedServerNames());
  }
}
