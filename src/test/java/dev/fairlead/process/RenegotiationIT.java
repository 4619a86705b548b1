package dev.fairlead.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TlsSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that one connection of TLS 1.2 costs one handshake. Provoked by a client that begins a
 * second one, at a process of its own because the JDK reads its setting once. A failure would look
 * like a client that keeps a core busy with handshakes which no limit counts.
 */
class RenegotiationIT {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"jdk", "openssl"})
  void aClientThatBeginsASecondHandshakeIsCutOff(String provider) throws Exception {
    TlsFixture fixture = new TlsFixture(directory);
    try (PingBackend backend = PingBackend.start();
        FairleadProcess proxy = start(fixture, backend, provider);
        SSLSocket client = connect(fixture, proxy.port("web"))) {
      assertThat(ping(client)).isEqualTo("PONG");
      client.startHandshake();
      assertThatThrownBy(() -> ping(client)).isInstanceOf(IOException.class);
      try (SSLSocket another = connect(fixture, proxy.port("web"))) {
        assertThat(ping(another)).isEqualTo("PONG");
      }
    }
  }

  private FairleadProcess start(TlsFixture fixture, PingBackend backend, String provider)
      throws IOException {
    String document =
        TlsFixture.document(
            List.of(TlsFixture.listener("web", "p", fixture.terminate())),
            List.of(TlsFixture.pool("p", backend.port())));
    Path file = ConfigFixture.file(directory, document);
    return Launch.run(file, "--set", "node.tlsProvider=" + provider).startReady(directory);
  }

  private static SSLSocket connect(TlsFixture fixture, int port) throws IOException {
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    SSLSocket client =
        (SSLSocket)
            TlsSocket.context(fixture.authority, null)
                .getSocketFactory()
                .createSocket(plain, TlsFixture.NAME, port, true);
    client.setEnabledProtocols(new String[] {"TLSv1.2"});
    return client;
  }

  /** Its handshakes are done by reads and writes. */
  private static String ping(SSLSocket client) throws IOException {
    client.getOutputStream().write("PING".getBytes(US_ASCII));
    byte[] answer = client.getInputStream().readNBytes(4);
    if (answer.length < 4) {
      throw new IOException("the end");
    }
    return new String(answer, US_ASCII);
  }
}
