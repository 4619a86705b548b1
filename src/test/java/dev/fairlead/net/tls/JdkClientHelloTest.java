package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/**
 * Ensures that what the JDK's own client says is read. Provoked by engines of each version. A
 * failure would look like a name that is lost.
 */
class JdkClientHelloTest {
  @Test
  void readsTls13() throws Exception {
    ClientHello hello = HelloReading.atOnce(wrapped("TLSv1.3", "Shop.example.com")).hello();
    assertThat(hello)
        .isEqualTo(new ClientHello("shop.example.com", List.of("h2", "acme"), "TLSv1.3", false));
  }

  @Test
  void readsTls12() throws Exception {
    ClientHello hello = HelloReading.byteByByte(wrapped("TLSv1.2", "shop.example.com")).hello();
    assertThat(hello)
        .isEqualTo(new ClientHello("shop.example.com", List.of("h2", "acme"), "TLSv1.2", false));
  }

  @Test
  void readsAClientWithoutAName() throws Exception {
    ClientHello hello = HelloReading.atOnce(wrapped("TLSv1.3")).hello();
    assertThat(hello.serverName()).isNull();
  }

  private static byte[] wrapped(String version, String... names)
      throws GeneralSecurityException, SSLException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {version});
    parameters.setApplicationProtocols(new String[] {"h2", "acme"});
    parameters.setServerNames(Arrays.stream(names).<SNIServerName>map(SNIHostName::new).toList());
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOf(out.array(), out.position());
  }
}
