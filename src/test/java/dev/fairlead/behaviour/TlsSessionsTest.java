package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestMember;
import dev.fairlead.testkit.TlsSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensured: a client whose certificate has expired does not come in by a ticket of before.
 *
 * <p>Provoked: a certificate of a few seconds, a session that is resumed while it is good, and once
 * more when it is not.
 *
 * <p>A failure looks like: a session of a client that a full handshake would refuse.
 */
class TlsSessionsTest {
  private static final TestCa CA = TestCa.root("Test CA");
  private static final String NAME = "one.example";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"jdk, TLSv1.2", "jdk, TLSv1.3", "openssl, TLSv1.2", "openssl, TLSv1.3"})
  void sessionOfAnExpiredCertificateIsNotResumed(String provider, String version) throws Exception {
    PemFiles server = CA.issue("one", "dns:" + NAME).write(directory, "one");
    Path ca = Files.writeString(directory.resolve("ca.pem"), CA.pem());
    String tls =
        "tls: { certificates: [%s], clientAuth: require, clientCa: '%s' }"
            .formatted(server.keys(), ca);
    try (TestBackend backend = TestBackend.echo();
        TestMember member =
            MemberSetup.on(TransportKind.AUTO)
                .accessLog()
                .node("tlsProvider: " + provider)
                .listener(tls)
                .backends(backend)
                .start()) {
      Brief client = resuming(member, version);
      await().until(() -> Instant.now().isAfter(client.notAfter()));
      assertThat(member.accessLog(2))
          .as("a session was resumed before")
          .anyMatch(line -> isResumed(line));
      int before = member.refused("tls-handshake");

      assertThatThrownBy(() -> ask(member, client.context(), version))
          .isInstanceOf(IOException.class);
      assertThat(member.refused("tls-handshake")).isEqualTo(before + 1);
    }
  }

  private static boolean isResumed(JsonObject line) {
    JsonObject tls = line.getJsonObject("tls");
    return tls != null && tls.getBoolean("resumed", false);
  }

  /** A client that shows one certificate. */
  private record Brief(SSLContext context, Instant notAfter) {}

  /** The first client that has resumed a session before its certificate has expired. */
  private static Brief resuming(TestMember member, String version) throws IOException {
    for (int seconds = 2; ; seconds *= 2) {
      Instant notAfter = Instant.now().plusSeconds(seconds);
      TestCa.Issued shown = CA.issue(TestCa.keys("EC", 256), notAfter, "c", "dns:c.example");
      Brief client = new Brief(TlsSocket.context(CA, shown), notAfter);
      try {
        ask(member, client.context(), version);
        ask(member, client.context(), version);
        return client;
      } catch (IOException tooLate) {
        assertThat(Instant.now()).as(tooLate.toString()).isAfter(notAfter.minusSeconds(1));
      }
    }
  }

  private static void ask(TestMember member, SSLContext context, String version)
      throws IOException {
    InetSocketAddress address = (InetSocketAddress) member.address();
    Socket plain = new Socket(address.getAddress(), address.getPort());
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, NAME, address.getPort(), true)) {
      socket.setEnabledProtocols(new String[] {version});
      socket.getOutputStream().write('x');
      if (socket.getInputStream().read() != 'x') {
        throw new IOException("the end");
      }
    }
  }
}
