package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Scripts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsCheckTest {
  private static SSLContext server;

  @BeforeAll
  static void certificate(@TempDir Path directory) throws Exception {
    PemFiles files = PemFiles.selfSigned(directory);
    server =
        ((JdkSslContext)
                SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
                    .sslProvider(SslProvider.JDK)
                    .build())
            .context();
  }

  @EveryTransport
  void aHandshakeIsWell(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.serving(TlsCheckTest::handshake)) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, backend.port());
      for (int i = 0; i < 5; i++) {
        assertThat(running.probe(probed)).isEqualTo(Outcome.well("handshake completed"));
      }
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
          .isEqualTo(Outcome.failed("handshake failed"));
      assertThat(running.probe(Probed.by(HealthConfig.Type.TLS, closing.port())).reason())
          .isIn("connection closed", "connection reset");
      assertThat(running.probe(Probed.by(HealthConfig.Type.TLS, hearing.port())))
          .isEqualTo(Outcome.failed("connection reset"));
      assertThat(
              running.probe(
                  Probed.by(HealthConfig.Type.TLS, silent.port()).within(Duration.ofMillis(50))))
          .isEqualTo(Outcome.failed("timed out"));
    }
  }

  @Test
  void aCertificateThatIsNotTrustedIsFailedOnceSomebodyIsTrusted() throws Exception {
    TrustManagerFactory jdk =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    jdk.init((KeyStore) null);
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(TlsCheckTest::handshake)) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, backend.port());
      Check check = new TlsCheck(probed.backend(), jdk, running.loop.tlsTasks());
      assertThat(running.probe(check, Target.of(probed.object(), probed.pool())))
          .isEqualTo(Outcome.failed("certificate not trusted"));
    }
  }

  @Test
  void anExecutorThatTakesNothingBlamesNobody() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(TlsCheckTest::handshake)) {
      Probed probed = Probed.by(HealthConfig.Type.TLS, backend.port());
      Check check =
          Check.of(
              probed.health(),
              probed.backend(),
              task -> {
                throw new RejectedExecutionException("shut down");
              });
      assertThat(running.probe(check, Target.of(probed.object(), probed.pool())).kind())
          .isEqualTo(Outcome.Kind.INCONCLUSIVE);
    }
  }

  private static void handshake(TestConnection connection) throws Exception {
    InputStream nothingRead = null;
    SSLSocket tls =
        (SSLSocket)
            server
                .getSocketFactory()
                .createSocket(connection.channel().socket(), nothingRead, true);
    tls.startHandshake();
  }
}
